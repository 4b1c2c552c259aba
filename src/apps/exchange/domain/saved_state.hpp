#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "apps/exchange/fundamental.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"

namespace mainstay::exchange {

enum class SavedStateErrc : std::uint8_t {
  damaged = 1,
  version_other,  // written by a program of before or of later
};
const ErrorRow& error_row(SavedStateErrc code);

/// Appends what StateReader reads: whole numbers as varints, signed ones in eight bytes.
class StateWriter {
 public:
  explicit StateWriter(std::string& out) : out_(out) {}
  void number(std::uint64_t value) { out_.varint(value); }
  void amount(std::int64_t value) { out_.i64(value); }
  void flag(bool value) { out_.u8(value ? 1 : 0); }
  void text(std::string_view value) { out_.text(value); }
  template <class E>
    requires std::is_enum_v<E>
  void choice(E value) {
    out_.u8(static_cast<std::uint8_t>(value));
  }
  template <class Tag, class Rep>
  void strong(const Strong<Tag, Rep>& value) {
    number(static_cast<std::uint64_t>(value.get()));
  }

 private:
  ByteWriter out_;
};

/// After the first value that cannot be, ok() is false and every value is zero.
class StateReader {
 public:
  explicit StateReader(Bytes in) : in_(in) {}
  std::uint64_t number(std::uint64_t most = UINT64_MAX);
  std::int64_t amount() { return in_.i64(); }
  bool flag() { return number(1) == 1; }
  std::string_view text(std::size_t size_max);
  template <class E>
    requires std::is_enum_v<E>
  E choice(E last) {
    return static_cast<E>(number(static_cast<std::uint64_t>(last)));
  }
  template <class S>
  S strong() {
    using Rep = typename S::rep;
    if constexpr (std::is_signed_v<Rep>) return S{static_cast<Rep>(number())};
    return S{static_cast<Rep>(number(static_cast<Rep>(-1)))};
  }
  void fail() { failed_ = true; }
  [[nodiscard]] bool ok() const { return in_.ok() && !failed_; }
  [[nodiscard]] bool at_end() const { return in_.at_end(); }

 private:
  ByteReader in_;
  bool failed_ = false;
};

}  // namespace mainstay::exchange
