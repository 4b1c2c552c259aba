#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"

namespace mainstay::exchange {

enum class StreamErrc : std::uint8_t {
  malformed = 1,  // the detail names the record and the byte
  too_much,       // more than accounts can have; the detail says what
};
const ErrorRow& error_row(StreamErrc code);

enum class StreamOp : std::uint8_t {
  place = 1,
  cancel = 2,
  reduce = 3,  // by `quantity`, keeps its place; by all that is left or more: cancels
  move = 4,    // to `price`, what is left of it, behind all others there; may trade at once
};

/// One message of an order stream as files have it: 32 bytes, little-endian, in this order. The
/// whole format of such a file is records one after the other.
struct StreamRecord {
  StreamOp op = StreamOp::place;
  std::uint8_t side = 0;  // 0 buy, 1 sell
  std::uint8_t tif = 0;   // 0 good till canceled, 1 immediate or cancel
  std::uint8_t zero = 0;
  std::uint32_t symbol = 0;
  std::uint64_t id = 0;  // any number, unique in the file
  std::uint32_t price = 0;
  std::uint32_t quantity = 0;
  std::uint64_t account = 0;  // of place only
};
static_assert(sizeof(StreamRecord) == 32);

using Stream = std::span<const StreamRecord>;

inline constexpr std::size_t stream_records_max = std::size_t{1} << 28U;  // 8 GiB

/// `bytes` as records, once all are well-formed. They must be aligned as a StreamRecord is.
Result<Stream> parse_stream(Bytes bytes);

/// The most orders that can be live at a time, as far as that shows without matching.
std::size_t live_orders_max(Stream records);

/// Whether ids go up by one or two from record to record, as those of new orders do that a venue
/// numbers. By samples.
bool do_ids_go_up(Stream records);

/// Appends the record's bytes.
void write_record(const StreamRecord& record, std::string& out);

}  // namespace mainstay::exchange
