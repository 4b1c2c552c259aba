#include "apps/exchange/domain/reject.hpp"

#include <doctest/doctest.h>

namespace mainstay::exchange::reject_test {

TEST_CASE("rejects: a name and a sentence each") {
  CHECK(name(Reject::none) == "none");
  CHECK(name(Reject::balance_insufficient) == "balance_insufficient");
  CHECK(name(Reject::account_suspended) == "account_suspended");
  CHECK(text(Reject::would_take).ends_with('.'));
}

}  // namespace mainstay::exchange::reject_test
