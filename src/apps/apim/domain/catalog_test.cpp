#include "apps/apim/domain/catalog.hpp"

#include <limits>

#include <doctest/doctest.h>

#include "apps/apim/domain/test_catalog.hpp"

namespace mainstay::apim::catalog_test {

TEST_CASE("catalog: an id with dashes, is tried as the part behind the last one, then whole") {
  Catalog catalog;
  TestService{"123", "p"}.add_to(catalog);
  TestService{"a-b", "p"}.add_to(catalog);
  CHECK(catalog.find_service_loosely("x-y-123")->id.get() == "123");
  CHECK(catalog.find_service_loosely("a-b")->id.get() == "a-b");
  CHECK(catalog.find_service_loosely("nope") == nullptr);
}

TEST_CASE("catalog: token slots, never meet for different pairs") {
  CHECK(token_slot("a", "bc") != token_slot("ab", "c"));
  CHECK(token_slot("1:", "x") != token_slot("1", ":x"));
}

TEST_CASE("catalog: limit rows, follow the tree with longest periods first and skip lost metrics") {
  TestService service{"1", "p"};
  service.metrics({{"hits", ""}, {"search", "hits"}});
  service.limit("gold", "search", Period::minute, 5)
      .limit("gold", "hits", Period::minute, 1)
      .limit("gold", "gone", Period::day, 9)
      .limit("gold", "hits", Period::eternity, 2);
  const auto& rows = service.edit().limit_rows(PlanId{"gold"});
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].period == Period::eternity);
  CHECK(rows[1].period == Period::minute);
  CHECK(rows[1].metric == 0);
  CHECK(rows[2].metric == 1);
  CHECK(service.edit().limit_rows(PlanId{"none"}).empty());
}

TEST_CASE("catalog: backend versions, decide how callers are known") {
  Service service;
  CHECK(service.version() == BackendVersion::app_id);
  service.backend_version = "1";
  CHECK(service.version() == BackendVersion::user_key);
  service.backend_version = "oauth";
  CHECK(service.version() == BackendVersion::oauth);
}

TEST_CASE("catalog: a grace is rounded down and stops at the largest number") {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  CHECK(with_grace(0, 1'000) == 0);
  CHECK(with_grace(9, 10) == 9);
  CHECK(with_grace(10, 10) == 11);
  CHECK(with_grace(199, 150) == 497);
  CHECK(with_grace(most, 0) == most);
  CHECK(with_grace(most, 1) == most);
  CHECK(with_grace(most / 11, 1'000) == most / 11 * 11);
  CHECK(with_grace(most / 11 + 1, 1'000) == most);
  CHECK(with_grace(most / 2, 100) == most / 2 * 2);
}

}  // namespace mainstay::apim::catalog_test
