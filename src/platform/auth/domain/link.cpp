#include "platform/auth/domain/link.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/text.hpp"
#include "platform/auth/errc.hpp"

namespace mainstay::auth {
namespace {

constexpr std::size_t id_digits = 32;
constexpr std::size_t expiry_digits = 10;  // past the year 30,000
constexpr std::size_t signature_digits = 64;

bool is_hexadecimal(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_purpose(std::string_view text) {
  constexpr std::string_view known = "rapic";
  return text.size() == 1 && known.find(text.front()) != std::string_view::npos;
}

}  // namespace

std::string signed_part(const Link& link) {
  const auto seconds = std::chrono::floor<Seconds>(link.expires).time_since_epoch().count();
  char digits[expiry_digits + 1];
  auto rest = static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 0));
  for (std::size_t i = expiry_digits; i-- > 0; rest >>= 4U) {
    digits[i] = "0123456789abcdef"[rest & 15U];
  }
  digits[expiry_digits] = '\0';
  return std::string{static_cast<char>(link.purpose)} + "-" + link.id + "-" + digits;
}

Result<ReceivedLink> parse_link(std::string_view token) {
  const auto parts = split(token, '-');
  const bool fits = parts.size() == 4 && is_purpose(parts[0]) && parts[1].size() == id_digits &&
                    parts[2].size() == expiry_digits && parts[3].size() == signature_digits &&
                    is_hexadecimal(parts[1]) && is_hexadecimal(parts[2]) &&
                    is_hexadecimal(parts[3]);
  if (!fits) return Error{Errc::link_invalid, "copy the whole of it, to its last character"};
  std::int64_t seconds = 0;
  std::from_chars(parts[2].data(), parts[2].data() + parts[2].size(), seconds, 16);
  ReceivedLink received;
  received.link = {static_cast<Purpose>(parts[0].front()), std::string{parts[1]},
                   SystemTime{Seconds{seconds}}};
  received.signed_text = token.substr(0, token.size() - signature_digits - 1);
  received.signature = parts[3];
  return received;
}

}  // namespace mainstay::auth
