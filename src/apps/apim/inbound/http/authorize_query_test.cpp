#include "apps/apim/inbound/http/authorize_query.hpp"

#include <doctest/doctest.h>

#include "apps/apim/errc.hpp"

namespace mainstay::apim::authorize_query_test {

TEST_CASE("authorize query: every parameter, is read and normalised") {
  AuthorizeQueries queries{7};
  const std::string text =
      "provider_key=+p+&service_id=1&app_id=a&app_key=&user_key=%20&referrer=r&redirect_uri=u"
      "&usage[hits]=1&log[code]=404&no_body=true";
  const AuthorizeQuery& query = **queries.get(text);
  CHECK(query.command.caller.provider_key == "p");
  CHECK(query.command.caller.service_id == "1");
  CHECK(query.command.app_id == "a");
  CHECK(query.command.app_key == "");
  CHECK(query.command.user_key.empty());
  CHECK(query.command.redirect == "u");
  CHECK_FALSE(query.command.redirect_named_url);
  REQUIRE(query.command.usage.size() == 1);
  CHECK(query.command.usage[0].name == "hits");
  CHECK(query.command.response_code == 404);
  CHECK(query.no_body);
  CHECK_FALSE(query.names_user_id);
}

TEST_CASE("authorize query: the same text from another buffer, is found again unchanged") {
  AuthorizeQueries queries{7};
  std::string buffer = "app_id=a&usage[hits]=%31";
  const AuthorizeQuery* first = *queries.get(buffer);
  const std::string again = buffer;
  buffer.assign(buffer.size(), 'x');
  CHECK(*queries.get(again) == first);
  CHECK(first->command.app_id == "a");
  CHECK(*first->command.usage[0].value == "1");
}

TEST_CASE("authorize query: a malformed one, is refused each time") {
  AuthorizeQueries queries{7};
  CHECK(queries.get("a=%zz").error().is(Errc::bad_request));
  CHECK(queries.get("a=%zz").error().is(Errc::bad_request));
  CHECK_FALSE((*queries.get("usage=5"))->usage_is_map);
  CHECK((*queries.get("user_id=5"))->names_user_id);
}

TEST_CASE("authorize query: many different and long ones, each is itself") {
  AuthorizeQueries queries{7};
  for (int i = 0; i < 2'000; ++i) {
    const std::string id = std::to_string(i % 700);
    CHECK((*queries.get("app_id=" + id))->command.app_id == id);
  }
  const std::string kept = "app_id=kept";
  const AuthorizeQuery* first = *queries.get(kept);
  for (int i = 0; i < 2'000; ++i) {
    const std::string key = std::to_string(i);
    const AuthorizeQuery& keyed = **queries.get("app_id=a&idempotency_key=" + key);
    REQUIRE(keyed.idempotency_key != nullptr);
    CHECK(keyed.idempotency_key->text == key);
  }
  CHECK(*queries.get(kept) == first);  // keyed ones take nobody's place
  CHECK(first->idempotency_key == nullptr);
  const std::string wide(AuthorizeQueries::kept_bytes_max, 'a');
  CHECK((*queries.get("app_id=" + wide))->command.app_id == wide);
}

}  // namespace mainstay::apim::authorize_query_test
