#include "apps/exchange/domain/models/primary_trial.hpp"

#include <doctest/doctest.h>

#include "apps/exchange/domain/models/model_errc.hpp"

namespace mainstay::exchange::models::primary_trial_test {

TEST_CASE("primary trial: both rules reach a share of the best; the same from the same seed") {
  const auto first = try_allocation_rules({40, 15}, 7);
  REQUIRE(first.has_value());
  const auto& [variance, acceptance] = *first;
  CHECK(variance.method == AllocationMethod::mean_variance);
  CHECK(acceptance.method == AllocationMethod::deferred_acceptance);
  for (const TrialOutcome& one : *first) {
    CHECK(one.matches > 10U);
    CHECK(one.amount > 0);
    CHECK(one.welfare_ratio > 0);
    CHECK(one.welfare_ratio <= 1 + 1e-9);
  }
  CHECK(acceptance.welfare_ratio > .8);
  CHECK(variance.welfare_ratio < acceptance.welfare_ratio);
  const auto again = try_allocation_rules({40, 15}, 7);
  CHECK((*again)[0].welfare_ratio == variance.welfare_ratio);
  CHECK((*again)[1].amount == acceptance.amount);
  CHECK((*try_allocation_rules({40, 15}, 8))[1].amount != acceptance.amount);
}

TEST_CASE("primary trial: nobody reaches all there is to reach; too many are refused") {
  const auto nobody = try_allocation_rules({5, 0}, 1);
  REQUIRE(nobody.has_value());
  CHECK((*nobody)[0].matches == 0U);
  CHECK((*nobody)[0].welfare_ratio == 1);
  CHECK(try_allocation_rules({900, 101}, 1).error().is(ModelErrc::too_many));
}

}  // namespace mainstay::exchange::models::primary_trial_test
