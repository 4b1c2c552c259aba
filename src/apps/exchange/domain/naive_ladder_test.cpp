#include "apps/exchange/domain/naive_ladder.hpp"

#include <doctest/doctest.h>

#include "apps/exchange/domain/ladder_contract.hpp"

namespace mainstay::exchange::naive_ladder_test {

TEST_CASE_TEMPLATE_INVOKE(ladder_contract, NaiveLadder);

}  // namespace mainstay::exchange::naive_ladder_test
