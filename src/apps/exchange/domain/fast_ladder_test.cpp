#include "apps/exchange/domain/fast_ladder.hpp"

#include <doctest/doctest.h>

#include "apps/exchange/domain/ladder_contract.hpp"

namespace mainstay::exchange::fast_ladder_test {

TEST_CASE_TEMPLATE_INVOKE(ladder_contract, FastLadder);

TEST_CASE("fast ladder: which limits reach its best") {
  LadderCheck<FastLadder> sells{Side::sell};
  LadderCheck<FastLadder> buys{Side::buy};
  CHECK_FALSE(sells.ladder().is_reached_by(Price{0xFFFFFFFFU}));
  CHECK_FALSE(buys.ladder().is_reached_by(Price{0}));
  for (const std::uint32_t price : {0U, 7U, 0xFFFFFFFFU}) {
    sells.push_back(price, 1);
    buys.push_back(price, 1);
  }
  CHECK(sells.ladder().best() == Price{0});
  CHECK(sells.ladder().is_reached_by(Price{0}));
  CHECK(buys.ladder().is_reached_by(Price{0xFFFFFFFFU}));
  sells.erase(0);
  CHECK_FALSE(sells.ladder().is_reached_by(Price{6}));
  CHECK(sells.ladder().is_reached_by(Price{7}));
}

TEST_CASE("fast ladder: its memory goes by the prices that have orders, and is used again") {
  LadderCheck<FastLadder> check{Side::sell};
  for (std::uint32_t i = 0; i < 1'000; ++i) check.push_back(i * 4'294'967U, 1);
  const std::size_t bytes = check.ladder().bytes();
  CHECK(bytes < std::size_t{1'000} * 4'400);  // vectors grow to twice of what is needed
  for (std::uint32_t round = 1; round < 5; ++round) {
    while (check.live() > 0) check.erase(0);
    for (std::uint32_t i = 0; i < 1'000; ++i) check.push_back(i * 4'294'967U + round * 70, 1);
  }
  CHECK(check.ladder().bytes() == bytes);
  check.check_all();
}

}  // namespace mainstay::exchange::fast_ladder_test
