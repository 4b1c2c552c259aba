#include "platform/auth/domain/totp.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "base/check.hpp"
#include "base/text.hpp"

namespace mainstay::auth {
namespace {

constexpr std::int64_t step_seconds = 30;
constexpr std::size_t digits = 6;
constexpr std::uint32_t modulus = 1'000'000;

}  // namespace

CodeStep code_step(SystemTime at) {
  const auto seconds = std::chrono::floor<Seconds>(at).time_since_epoch().count();
  return std::max<std::int64_t>(seconds, 0) / step_seconds;
}

std::string code_of(CodeStep step, const CodeMac& mac) {
  std::string message(8, '\0');
  auto rest = static_cast<std::uint64_t>(step);
  for (std::size_t i = message.size(); i-- > 0; rest >>= 8U) {
    message[i] = static_cast<char>(rest & 0xffU);
  }
  const std::string made = mac(message);
  MS_CHECK(made.size() == 20);
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(made[i]); };
  const std::size_t at = byte(19) & 0x0fU;  // RFC 4226 section 5.3
  const std::uint32_t number = ((byte(at) & 0x7fU) << 24U) | (std::uint32_t{byte(at + 1)} << 16U) |
                               (std::uint32_t{byte(at + 2)} << 8U) | byte(at + 3);
  std::string code = std::to_string(number % modulus);
  code.insert(0, digits - code.size(), '0');
  return code;
}

std::optional<CodeStep> match_code(std::string_view code, SystemTime now, CodeStep last_used,
                                   const CodeMac& mac) {
  std::string plain{code};
  std::erase(plain, ' ');
  std::optional<CodeStep> found;
  const CodeStep here = code_step(now);
  for (CodeStep step = here - 1; step <= here + 1; ++step) {
    // All three are compared, so that the duration tells nothing.
    const bool same = step >= 0 && equals_in_constant_time(plain, code_of(step, mac));
    if (same && step > last_used && !found) found = step;
  }
  return found;
}

std::string base32_encode(std::string_view bytes) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    held = (held << 8U) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 5; bits -= 5) out += alphabet[(held >> (bits - 5)) & 31U];
  }
  if (bits > 0) out += alphabet[(held << (5 - bits)) & 31U];
  return out;
}

std::string otpauth_uri(std::string_view issuer, std::string_view account,
                        std::string_view secret) {
  const std::string from = percent_encode(issuer);
  return "otpauth://totp/" + from + ":" + percent_encode(account) +
         "?secret=" + std::string{secret} + "&issuer=" + from +
         "&algorithm=SHA1&digits=6&period=30";
}

}  // namespace mainstay::auth
