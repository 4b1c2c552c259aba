#include "apps/exchange/ports/primary_store.hpp"

#include <doctest/doctest.h>

namespace mainstay::exchange::primary_store_test {

TEST_CASE("primary store: investors and artists never share an account, nor one with users") {
  CHECK(account_of(models::InvestorUserId{1}) == AccountId{1'000'000'002});
  CHECK(account_of(models::AssetUserId{1}) == AccountId{1'000'000'003});
  CHECK(account_of(models::InvestorUserId{2}) == AccountId{1'000'000'004});
}

TEST_CASE("primary store: who has less than one per cent left, or no money yet, does not wait") {
  InvestorRecord investor;
  investor.user.principal = 10'000;
  investor.user.remaining_principal = 100;
  CHECK_FALSE(is_waiting(investor));
  investor.paid = true;
  CHECK(is_waiting(investor));
  investor.user.remaining_principal = 99;
  CHECK_FALSE(is_waiting(investor));
}

}  // namespace mainstay::exchange::primary_store_test
