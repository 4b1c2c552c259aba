#include "platform/auth/domain/totp.hpp"

#include <array>
#include <utility>

#include <doctest/doctest.h>

#include "platform/tls/hmac.hpp"

namespace mainstay::auth::totp_test {
namespace {

CodeMac mac_of(std::string key) {
  return [key = std::move(key)](std::string_view message) { return tls::hmac_sha1(key, message); };
}

const CodeMac mac = mac_of("12345678901234567890");  // RFC 6238's test secret

SystemTime at(std::int64_t seconds) { return SystemTime{Seconds{seconds}}; }

}  // namespace

TEST_CASE("totp: the codes of RFC 6238, appendix B, their last six digits") {
  constexpr std::array<std::pair<std::int64_t, const char*>, 6> known{{{59, "287082"},
                                                                       {1111111109, "081804"},
                                                                       {1111111111, "050471"},
                                                                       {1234567890, "005924"},
                                                                       {2000000000, "279037"},
                                                                       {20000000000, "353130"}}};
  for (const auto& [seconds, code] : known) {
    CHECK(code_of(code_step(at(seconds)), mac) == code);
    CHECK(match_code(code, at(seconds), -1, mac) == code_step(at(seconds)));
  }
}

TEST_CASE("totp: a clock may be a step off, not two") {
  const auto now = at(1'000'000'010);
  const CodeStep here = code_step(now);
  CHECK(match_code(code_of(here - 1, mac), now, -1, mac) == here - 1);
  CHECK(match_code(code_of(here + 1, mac), now, -1, mac) == here + 1);
  CHECK_FALSE(match_code(code_of(here - 2, mac), now, -1, mac).has_value());
  CHECK_FALSE(match_code(code_of(here + 2, mac), now, -1, mac).has_value());
}

TEST_CASE("totp: a code counts once, and none from before it") {
  const auto now = at(1'000'000'010);
  const CodeStep here = code_step(now);
  CHECK_FALSE(match_code(code_of(here, mac), now, here, mac).has_value());
  CHECK_FALSE(match_code(code_of(here - 1, mac), now, here, mac).has_value());
  CHECK(match_code(code_of(here + 1, mac), now, here, mac) == here + 1);
}

TEST_CASE("totp: what is no code never matches") {
  const auto now = at(1'000'000'010);
  const std::string code = code_of(code_step(now), mac);
  CHECK(match_code(code.substr(0, 3) + " " + code.substr(3), now, -1, mac).has_value());
  for (const std::string& wrong :
       {std::string{}, code.substr(1), code + "0", std::string{"abcdef"}}) {
    CHECK_FALSE(match_code(wrong, now, -1, mac).has_value());
  }
  CHECK_FALSE(match_code(code, now, -1, mac_of("another secret")).has_value());
}

TEST_CASE("totp: RFC 4648's Base32, without padding") {
  CHECK(base32_encode("").empty());
  CHECK(base32_encode("f") == "MY");
  CHECK(base32_encode("fooba") == "MZXW6YTB");
  CHECK(base32_encode("foobar") == "MZXW6YTBOI");
}

TEST_CASE("totp: the address that an app reads") {
  CHECK(otpauth_uri("My Shop", "ada@example.org", "MY") ==
        "otpauth://totp/My%20Shop:ada%40example.org?secret=MY&issuer=My%20Shop&algorithm=SHA1"
        "&digits=6&period=30");
}

}  // namespace mainstay::auth::totp_test
