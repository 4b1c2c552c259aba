#include "apps/exchange/domain/engine.hpp"

#include <doctest/doctest.h>

#include "apps/exchange/domain/engine_contract.hpp"

namespace mainstay::exchange::engine_test {

TEST_CASE("engine: price, then time; a fill at the maker's price") {
  Scenario market;
  check_story(market, R"(
    ann sell 1 10@101
      accepted 1 10@101
    bob sell 2 10@100
      accepted 2 10@100
    ann sell 3 5@100
      accepted 3 5@100
    cat buy 4 12@101
      accepted 4 12@101
      traded 4 2 10@100 left 2/0
      traded 4 3 2@100 left 0/3
    book
      ask 3@100 1
      ask 10@101 1
    cat buy 5 20@100
      accepted 5 20@100
      traded 5 3 3@100 left 17/0
    book
      bid 17@100 1
      ask 10@101 1
    cat has
      USD 996800+1700 ART 1000015+0
    bob has
      USD 1001000+0 ART 999990+0
    ann has
      USD 1000500+0 ART 999985+10
    )");
}

TEST_CASE("engine: a cancel gives back what was held") {
  Scenario market;
  check_story(market, R"(
    ann buy 1 10@100
      accepted 1 10@100
    ann has
      USD 999000+1000 ART 1000000+0
    bob cancel 1
      rejected not_the_owner
    ann cancel 1
      canceled 1 left 10 wanted
    ann cancel 1
      rejected order_unknown
    ann has
      USD 1000000+0 ART 1000000+0
    bob sell 2 7@100
      accepted 2 7@100
    op cancel 2
      canceled 2 left 7 wanted
    )");
}

TEST_CASE("engine: reducing keeps the place, all other amendments lose it") {
  Scenario market;
  check_story(market, R"(
    ann sell 1 10@100
      accepted 1 10@100
    bob sell 2 10@100
      accepted 2 10@100
    ann reduce 1 4
      reduced 1 6@100 left 6
    ann amend 1 quantity=5
      reduced 1 5@100 left 5
    cat buy 3 2@100
      accepted 3 2@100
      traded 3 1 2@100 left 0/3
    ann amend 1 quantity=6
      amended 1 6@100 left 4
    cat buy 4 1@100
      accepted 4 1@100
      traded 4 2 1@100 left 0/9
    bob amend 2 price=99
      amended 2 10@99 left 9
    bob amend 2 price=100
      amended 2 10@100 left 9
    cat buy 5 5@100
      accepted 5 5@100
      traded 5 1 4@100 left 1/0
      traded 5 2 1@100 left 0/8
    bob has
      USD 1000200+0 ART 999990+8
    bob amend 2 quantity=2
      rejected quantity_below_traded
    bob reduce 2 9
      canceled 2 left 8 wanted
    )");
}

}  // namespace mainstay::exchange::engine_test
