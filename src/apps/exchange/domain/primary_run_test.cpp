#include "apps/exchange/domain/primary_run.hpp"

#include <doctest/doctest.h>

#include "apps/exchange/ports/test_primary_users.hpp"

namespace mainstay::exchange::primary_run_test {
namespace {

RunInput two_and_one() {
  RunInput in;
  for (const std::uint64_t id : {1, 2}) {
    in.investors.push_back(wanted_investor("ann", 10'000));
    in.investors.back().user.id = models::InvestorUserId{id};
  }
  in.artists.push_back(wanted_artist("eve", "LUNA", 15'000, 100));
  return in;
}

AllocationRecord by(models::AllocationMethod method) {
  AllocationRecord out;
  out.owner = "ann";
  out.method = method;
  out.created_at = models::test_now;
  return out;
}

}  // namespace

TEST_CASE("primary run: whole units, within what each has left, by either method") {
  for (const auto method :
       {models::AllocationMethod::mean_variance, models::AllocationMethod::deferred_acceptance}) {
    const auto out = plan_run(two_and_one(), {10'000, 10'000}, by(method));
    REQUIRE(out.has_value());
    Amount sum = 0;
    for (const auto& match : out->matches) {
      CHECK(match.amount == match.units * 100);
      CHECK(match.amount <= 10'000);
      sum += match.amount;
    }
    CHECK(sum == 15'000);
    CHECK(out->tried.size() == 2);
    REQUIRE(out->rankings.size() == 1);
    CHECK(out->rankings.front().second == .5);
    CHECK(out->allocation.owner == "ann");
  }
}

TEST_CASE("primary run: no more is spent than is in the account") {
  const auto out = plan_run(two_and_one(), {250, -5}, by(models::AllocationMethod::mean_variance));
  REQUIRE(out.has_value());
  REQUIRE(out->matches.size() == 1);
  CHECK(out->matches.front().units == 2);
  CHECK(plan_run({}, {}, by(models::AllocationMethod::mean_variance))->matches.empty());
}

}  // namespace mainstay::exchange::primary_run_test
