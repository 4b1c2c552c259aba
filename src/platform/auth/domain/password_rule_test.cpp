#include "platform/auth/domain/password_rule.hpp"

#include <string>

#include <doctest/doctest.h>

#include "platform/auth/errc.hpp"

namespace mainstay::auth::password_rule_test {
namespace {

bool refused_as(std::string_view password, Errc code) {
  const auto checked = check_new_password(password, "ada.lovelace", "Countess.Ada@example.org");
  return checked.has_error() && checked.error().is(code);
}

}  // namespace

TEST_CASE("password rule: long enough, not too long, of any bytes") {
  CHECK(check_new_password("correct horse", "", "").has_value());
  CHECK(check_new_password("h\xc3\xa4ngematte\x01\xff", "ada", "ada@example.org").has_value());
  CHECK(
      check_new_password(std::string(512, 'x') + std::string(511, 'y') + "z", "", "").has_value());
  CHECK(refused_as("ninechars", Errc::password_too_short));
  CHECK(refused_as(std::string(1025, 'x'), Errc::password_too_long));
}

TEST_CASE("password rule: not the owner's name or address") {
  CHECK(refused_as("Ada.Lovelace", Errc::password_is_name));
  CHECK(refused_as("countess.ada@EXAMPLE.org", Errc::password_is_name));
  CHECK(refused_as("countess.ada", Errc::password_is_name));
}

TEST_CASE("password rule: not what is guessed first") {
  for (const char* password :
       {"password123", "P@ssw0rd2026!", "passwordpassword", "1234567890", "0987654321",
        "aaaaaaaaaa", "abababababab", "qwertyuiop", "Qwertz1234!", "letmein1234", "abcabcabcabc",
        "changeme!!!", "mainstay2026", "administrator1"}) {
    CAPTURE(password);
    CHECK(refused_as(password, Errc::password_common));
  }
  CHECK(check_new_password("password of my own", "", "").has_value());
  CHECK(check_new_password("admiral nelson", "", "").has_value());
}

}  // namespace mainstay::auth::password_rule_test
