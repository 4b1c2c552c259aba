#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/exchange/domain/command.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"

namespace mainstay::exchange {

/// What is wrong with stored bytes. A journal's checksums hold by then, so it is a version of ours,
/// not damage.
enum class CodecErrc : std::uint8_t {
  malformed = 1,
  version_unknown,  // written by a newer version
};
const ErrorRow& error_row(CodecErrc code);

/// A record of the exchange's journal: commands that were carried out at one time, one after the
/// other. Its bytes: u8 version, varint sequence of the first, i64 their time, then for each: u8
/// kind (its place in CommandBody, and 128 when there is an origin), varint account, varint origin
/// if there is one, fields; numbers are varints, signed ones with
/// the sign in the lowest bit. A kind never changes its meaning; a new shape is a new kind.
///
/// The most frequent commands have short kinds of their own, whose fields have one width, so that
/// they are written and read without a loop or a branch for each: without an origin, accounts below
/// 2^24 and ids below 2^32 (an order's account below 2^32). A word begins with the kind in its
/// lowest byte. Orders: bits of 8, symbol of 16, account of 32, then price and quantity of 32, and
/// the id of 64 unless it is the command's sequence or one more than that of the short order before
/// it in the record. Others: account of 24, id of 32, and of a reduction by how much, of an
/// amendment the price, of 32.
class CommandBatch {
 public:
  static constexpr std::size_t commands_max = 4096;

  /// Begins anew.
  void begin(Sequence first, Time at);
  /// The next one: of that sequence and time.
  void add(const Command& command);
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] bool full() const { return count_ == commands_max; }
  [[nodiscard]] Bytes bytes() const { return as_bytes(bytes_).first(size_); }

 private:
  static constexpr std::size_t command_bytes_max = 512;

  /// For one more command.
  char* room() {
    if (bytes_.size() < size_ + command_bytes_max) [[unlikely]]
      bytes_.resize(2 * (size_ + command_bytes_max));
    return bytes_.data() + size_;
  }

  std::string bytes_;  // longer than what was written
  std::size_t size_ = 0;
  Sequence first_ = 0;
  std::size_t count_ = 0;
  std::uint64_t next_id_ = 0;  // one more than that of the last short order
};

/// What CommandBatch wrote; replaces what is in `out`.
Result<> read_batch(Bytes record, std::vector<Command>& out);

}  // namespace mainstay::exchange
