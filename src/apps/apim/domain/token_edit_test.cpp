#include "apps/apim/domain/token_edit.hpp"

#include <vector>

#include <doctest/doctest.h>

#include "apps/apim/domain/catalog_rows.hpp"
#include "apps/apim/limits.hpp"

namespace mainstay::apim::token_edit_test {
namespace {

TokenGrant grant(const char* token, const char* service) {
  return {ServiceToken{token}, ServiceId{service}};
}

}  // namespace

TEST_CASE("service tokens: added once, removed once, services need not exist") {
  const std::vector grants{grant("t", "1"), grant("t", "2"), grant("t", "1")};
  auto edit = add_service_tokens({}, grants);
  REQUIRE(edit.has_value());
  CHECK(edit->rows.size() == 2);
  CHECK(edit->next.has_token("t", "2"));
  edit = remove_service_tokens(edit->next, std::vector{grant("t", "1"), grant("x", "1")});
  CHECK(edit->rows.size() == 1);
  CHECK_FALSE(edit->next.has_token("t", "1"));
}

TEST_CASE("service tokens: one blank, none added; a blank token is told first") {
  CHECK(add_service_tokens({}, std::vector{grant("t", ""), grant("", "1")}).error().detail() ==
        "Service token cannot be blank");
  CHECK(add_service_tokens({}, std::vector{grant("t", "1"), grant("u", "")}).error().detail() ==
        "Service ID cannot be blank");
  const std::vector many(Limits::service_tokens_per_request_max + 1, grant("t", "1"));
  CHECK(add_service_tokens({}, many).error().is(CatalogErrc::too_many));
  CHECK(remove_service_tokens({}, many).error().is(CatalogErrc::too_many));
}

}  // namespace mainstay::apim::token_edit_test
