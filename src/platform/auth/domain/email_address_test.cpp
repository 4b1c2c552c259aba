#include "platform/auth/domain/email_address.hpp"

#include <doctest/doctest.h>

#include "platform/auth/errc.hpp"

namespace mainstay::auth::email_address_test {

TEST_CASE("e-mail address: kept as written, compared in small letters") {
  const auto address = parse_email_address("  Ada.L+shop@Example.ORG ");
  REQUIRE(address.has_value());
  CHECK(address->text == "Ada.L+shop@Example.ORG");
  CHECK(address->key == "ada.l+shop@example.org");
  CHECK(parse_email_address("o'brien@mail.example.co.uk").has_value());
}

TEST_CASE("e-mail address: what is none is refused") {
  for (const char* raw :
       {"", "ada", "@example.org", "ada@", "a b@example.org", "a@b@example.org",
        "ada@example.org, eve@example.org", "Ada <ada@example.org>", "ada@example.org\r\nBcc: x",
        "ada@example..org", ".ada@example.org", "ada.@example.org", "a..b@example.org",
        "ada@-example.org", "\"ada\"@example.org", "ada@[127.0.0.1]", "ad\xc3\xa4@example.org"}) {
    CAPTURE(raw);
    const auto address = parse_email_address(raw);
    REQUIRE(address.has_error());
    CHECK(address.error().is(Errc::email_invalid));
  }
  CHECK(parse_email_address(std::string(65, 'a') + "@example.org").has_error());
  CHECK(parse_email_address("a@" + std::string(300, 'b') + ".org").has_error());
}

}  // namespace mainstay::auth::email_address_test
