#include "apps/exchange/domain/decimal.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"

namespace mainstay::exchange {
namespace {

constexpr std::size_t part_digits_max = 20;

bool is_digits(std::string_view text) {
  return !text.empty() && text.size() <= part_digits_max &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool push_digit(std::uint64_t& value, char digit) {
  return !__builtin_mul_overflow(value, std::uint64_t{10}, &value) &&
         !__builtin_add_overflow(value, static_cast<std::uint64_t>(digit - '0'), &value);
}

}  // namespace

std::uint64_t power_of_ten(unsigned digits) {
  MS_CHECK(digits <= decimal_digits_max);
  std::uint64_t out = 1;
  for (; digits > 0; --digits) out *= 10;
  return out;
}

DecimalFault parse_decimal(std::string_view text, unsigned digits, std::uint64_t& out) {
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string_view part;
  if (point != std::string_view::npos) {
    part = text.substr(point + 1);
    if (!is_digits(part)) return DecimalFault::malformed;
  }
  if (!is_digits(whole)) return DecimalFault::malformed;
  const std::string_view beyond = part.substr(std::min<std::size_t>(part.size(), digits));
  if (beyond.find_first_not_of('0') != std::string_view::npos) return DecimalFault::too_precise;
  part.remove_suffix(beyond.size());
  std::uint64_t value = 0;
  for (const char c : whole) {
    if (!push_digit(value, c)) return DecimalFault::too_large;
  }
  for (unsigned i = 0; i < digits; ++i) {
    if (!push_digit(value, i < part.size() ? part[i] : '0')) return DecimalFault::too_large;
  }
  out = value;
  return DecimalFault::none;
}

void append_decimal(std::string& out, Wide value, unsigned digits) {
  std::array<char, 64> room;  // 2^128 has 39 digits
  std::size_t at = room.size();
  for (unsigned written = 0; value != 0 || written <= digits; ++written) {
    if (written == digits && digits > 0) room[--at] = '.';
    room[--at] = static_cast<char>('0' + static_cast<int>(value % 10));
    value /= 10;
  }
  out.append(room.data() + at, room.size() - at);
}

void append_signed_decimal(std::string& out, std::int64_t value, unsigned digits) {
  if (value < 0) out.push_back('-');
  const auto bits = static_cast<std::uint64_t>(value);
  append_decimal(out, value < 0 ? ~bits + 1 : bits, digits);
}

}  // namespace mainstay::exchange
