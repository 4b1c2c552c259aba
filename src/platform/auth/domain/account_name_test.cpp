#include "platform/auth/domain/account_name.hpp"

#include <doctest/doctest.h>

#include "platform/auth/errc.hpp"

namespace mainstay::auth::account_name_test {

TEST_CASE("account name: one form of each") {
  CHECK(*parse_account_name("ada") == "ada");
  CHECK(*parse_account_name("  Ada.Lovelace-1 ") == "ada.lovelace-1");
  CHECK(*parse_account_name(std::string(64, 'a')) == std::string(64, 'a'));
}

TEST_CASE("account name: what is refused says the rule") {
  for (const char* raw :
       {"", "a", ".ada", "ada-", "ada lovelace", "ada@x.org", "ad\xc3\xa4", "a/b", "a\nb", "<b>"}) {
    CAPTURE(raw);
    const auto name = parse_account_name(raw);
    REQUIRE(name.has_error());
    CHECK(name.error().is(Errc::name_invalid));
    CHECK(name.error().detail().find("2 to 64") == 0);
  }
  CHECK(parse_account_name(std::string(65, 'a')).has_error());
}

TEST_CASE("role: a name without capitals or blanks") {
  CHECK(*parse_role("admin") == "admin");
  CHECK(*parse_role(" shop:orders.read ") == "shop:orders.read");
  for (const char* raw : {"", "Admin", "a b", "a,b", "*"}) {
    CAPTURE(raw);
    CHECK(parse_role(raw).has_error());
  }
  CHECK(parse_role(std::string(65, 'a')).has_error());
}

}  // namespace mainstay::auth::account_name_test
