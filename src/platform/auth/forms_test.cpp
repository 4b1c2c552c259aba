#include "platform/auth/forms.hpp"

#include "platform/auth/desk_fixture.hpp"
#include "platform/auth/errc.hpp"

namespace mainstay::auth::forms_test {
namespace {

using Test = TestDesk<SqliteOnFile>;

std::string shown(Test& test, std::string_view name, http::FormFields fields) {
  Call call = test.call(std::move(fields));
  call.is_json = false;
  const auto outcome = form_page(*test.desk, call, name);
  return outcome.has_value() ? outcome->page : std::string{outcome.error().name()};
}

bool has(const std::string& page, std::string_view text) {
  return page.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("forms: what was typed is there again, escaped, but no password") {
  Test test;
  const std::string page =
      shown(test, "login", {{"login", "\"><b>"}, {"password", "a secret one"}, {"next", "/shop"}});
  CHECK(has(page, "value=\"&quot;&gt;&lt;b&gt;\""));
  CHECK(has(page, "name=\"next\" value=\"/shop\""));
  CHECK_FALSE(has(page, "a secret one"));
  CHECK(has(page, "<title>Sign in · Shop</title>"));
  CHECK(has(shown(test, "login", {{"next", "//evil.example"}}), "name=\"next\" value=\"\""));
}

TEST_CASE("forms: notices come by name, never as text") {
  Test test;
  CHECK(has(shown(test, "login", {{"notice", "reset"}}), "The new password is set."));
  CHECK_FALSE(has(shown(test, "login", {{"notice", "<b>You won</b>"}}), "You won"));
}

TEST_CASE("forms: a link that leads nowhere is told before anything is typed") {
  Test test;
  CHECK(shown(test, "reset", {{"token", "x"}}) == "link_invalid");
  const auto made = new_link(*test.desk, Purpose::reset, "/auth/reset", test.start);
  const std::string token = made.url.substr(made.url.find("token=") + 6);
  CHECK(shown(test, "reset", {{"token", token}}) == "link_expired");
}

TEST_CASE("forms: registration has a page where it is open") {
  Test test;
  CHECK(has(shown(test, "register", {}), "Make an account"));
  CHECK(has(shown(test, "login", {}), "/auth/register"));
  test.desk->options.is_open = false;
  CHECK(shown(test, "register", {}) == "registration_closed");
  CHECK_FALSE(has(shown(test, "login", {}), "/auth/register"));
}

TEST_CASE("forms: refusals are sentences, without what is inside") {
  CHECK(told(Error{Errc::link_expired, "ask for a new one"}) ==
        "This link has expired: ask for a new one.");
  CHECK(told(Errc::login_refused) == "The login or the password is wrong.");
  CHECK(told(Error{Errc::busy, "/var/lib/secret"}) == "Too many people want this at once.");
}

}  // namespace mainstay::auth::forms_test
