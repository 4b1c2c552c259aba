#include "apps/charging/inbound/http/query.hpp"

#include <doctest/doctest.h>

namespace mainstay::charging::query_test {

TEST_CASE("query: what is known, once, in its range") {
  const auto query =
      Query::parse("limit=5&from=2026-11-22T03:00:00Z&tag=a%20b", {"limit", "from", "tag", "to"});
  REQUIRE(query.has_value());
  CHECK(query->text("tag") == "a b");
  CHECK(*query->number("limit", 100, 1, 1'000) == 5);
  CHECK(*query->number("cursor", 7, 1, 1'000) == 7);
  CHECK(query->number("limit", 100, 6, 1'000).has_error());
  CHECK(query->time("from")->has_value());
  CHECK_FALSE(query->time("to")->has_value());
  CHECK(query->time("tag").has_error());
  CHECK(Query::parse("x=1", {"y"}).has_error());
  CHECK(Query::parse("y=1&y=2", {"y"}).has_error());
  CHECK(Query::parse("y=%zz", {"y"}).has_error());
  const auto flags = Query::parse("yes=true&no=false&maybe=1", {"yes", "no", "maybe"});
  CHECK(flags->flag("yes").value() == true);
  CHECK(flags->flag("no").value() == false);
  CHECK_FALSE(flags->flag("other").value().has_value());
  CHECK(flags->flag("maybe").has_error());
}

}  // namespace mainstay::charging::query_test
