#include "apps/charging/domain/station_key.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace mainstay::charging {

namespace {

constexpr std::size_t digits_min = 32;
constexpr std::size_t digits_max = 40;
constexpr std::size_t serial_digits_max = 40;
constexpr std::size_t different_bytes_min = 8;  // of 16; 1 in 10^6 random keys has fewer

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<std::string> hexadecimal_key(std::string_view text) {
  if (text.size() < digits_min || text.size() > digits_max || text.size() % 2 != 0) {
    return std::nullopt;
  }
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit_of(text[i]);
    const int low = digit_of(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

bool is_station_key(std::string_view text) {
  return text.size() >= station_key_bytes_min && text.size() <= station_key_bytes_max &&
         is_valid_utf8(text) && std::ranges::none_of(text, [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
         });
}

bool is_random_key(std::string_view text) {
  const auto bytes = hexadecimal_key(text);
  return bytes && std::set<char>{bytes->begin(), bytes->end()}.size() >= different_bytes_min;
}

std::optional<std::string> certificate_serial(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  std::string digits;
  for (const char c : text) {
    if (c == ':' || c == ' ') continue;
    const int digit = digit_of(c);
    if (digit < 0) return std::nullopt;
    if (digits.empty() && digit == 0) continue;
    digits.push_back("0123456789ABCDEF"[digit]);
  }
  if (digits.size() % 2 != 0) digits.insert(digits.begin(), '0');
  if (digits.empty() || digits.size() > serial_digits_max) return std::nullopt;
  return digits;
}

std::optional<std::string> basic_password(std::string_view header, std::string_view identity) {
  constexpr std::string_view scheme = "Basic ";
  if (!equals_ignoring_case(header.substr(0, scheme.size()), scheme)) return std::nullopt;
  const auto bytes = base64_decode(trimmed(header.substr(scheme.size())));
  // The identity is known, so a colon in it is no riddle.
  if (!bytes || bytes->size() <= identity.size() || !bytes->starts_with(identity) ||
      (*bytes)[identity.size()] != ':') {
    return std::nullopt;
  }
  return bytes->substr(identity.size() + 1);
}

}  // namespace mainstay::charging
