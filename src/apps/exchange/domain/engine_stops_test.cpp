// Stops: what makes them active, in which order, and what that sets off.
#include <doctest/doctest.h>

#include "apps/exchange/domain/engine_contract.hpp"

namespace mainstay::exchange::engine_stops_test {

TEST_CASE("stops: wait for the last trade's price; the nearest trigger first, then the oldest") {
  Scenario market;
  check_story(market, R"(
    ann sell 1 1@100
      accepted 1 1@100
    bob buy 2 1@100
      accepted 2 1@100
      traded 2 1 1@100 left 0/0
    bob buy 3 2 stop=100
      rejected trigger_passed
    bob sell 4 2 stop=100
      rejected trigger_passed
    bob buy 5 2 stop=104
      accepted 5 2@0
    bob buy 6 2@110 stop=103
      accepted 6 2@110
    cat buy 7 2 stop=103
      accepted 7 2@0
    bob has
      USD 999472+428 ART 1000001+0
    ann sell 8 1@103
      accepted 8 1@103
    ann sell 9 9@105
      accepted 9 9@105
    cat buy 10 1@103
      accepted 10 1@103
      traded 10 8 1@103 left 0/0
      triggered 6
      traded 6 9 2@105 left 0/7
      triggered 7
      traded 7 9 2@105 left 0/5
      triggered 5
      traded 5 9 2@105 left 0/3
    )");
}

TEST_CASE("stops: a cascade goes down step by step in one command") {
  Scenario market;
  check_story(market, R"(
    ann buy 1 1@100
      accepted 1 1@100
    ann buy 2 2@95
      accepted 2 2@95
    ann buy 3 3@90
      accepted 3 3@90
    bob sell 4 2 stop=99
      accepted 4 2@0
    bob sell 5 3 stop=95
      accepted 5 3@0
    bob sell 6 4@80 stop=90
      accepted 6 4@80
    bob sell 7 1 stop=80
      accepted 7 1@0
    cat sell 8 2@99
      accepted 8 2@99
      traded 8 1 1@100 left 1/0
    cat amend 8 price=95
      amended 8 2@95 left 1
      traded 8 2 1@95 left 0/1
      triggered 4
      traded 4 2 1@95 left 1/0
      traded 4 3 1@90 left 0/2
      triggered 5
      traded 5 3 2@90 left 1/0
      canceled 5 left 1 unfilled
      triggered 6
    book
      ask 4@80 1
    bob has
      USD 1000365+0 ART 999991+5
    )");
}

TEST_CASE("stops: at their trigger they need the money that trading takes") {
  Scenario market;
  check_story(market, R"(
    bob buy 1 9000 stop=101
      accepted 1 9000@0
    bob has
      USD 91000+909000 ART 1000000+0
    ann sell 2 1@101
      accepted 2 1@101
    ann sell 3 9000@120
      accepted 3 9000@120
    cat buy 4 1@101
      accepted 4 1@101
      traded 4 2 1@101 left 0/0
      triggered 1
      canceled 1 left 9000 funds
    bob has
      USD 1000000+0 ART 1000000+0
    bob buy 5 1 stop=110
      accepted 5 1@0
    cat buy 6 9000@120 ioc
      rejected balance_insufficient
    cat buy 6 8000@120 ioc
      accepted 6 8000@120
      traded 6 3 8000@120 left 0/1000
      triggered 5
      traded 5 3 1@120 left 0/999
    )");
}

TEST_CASE("stops: amended, reduced, expired, canceled while they wait") {
  Scenario market;
  check_story(market, R"(
    ann sell 1 5@100
      accepted 1 5@100
    bob buy 2 1@100
      accepted 2 1@100
      traded 2 1 1@100 left 0/4
    bob buy 3 4@120 stop=110 show=2
      accepted 3 4@120
    bob reduce 3 1
      reduced 3 3@120 left 3
    bob amend 3 trigger=100
      rejected trigger_passed
    bob amend 3 trigger=105 price=125
      amended 3 3@125 left 3
    bob amend 3 quantity=2
      reduced 3 2@125 left 2
    bob has
      USD 999650+250 ART 1000001+0
    cat buy 4 1 stop=105 gtd=5
      accepted 4 1@0
    cat sell 5 1 stop=90 day
      accepted 5 1@0
    op time 5
      canceled 4 left 1 expired
    bob cancel 3
      canceled 3 left 2 wanted
    op phase closed
      phase closed
      canceled 5 left 1 expired
    )");
}

TEST_CASE("stops: only while trading is continuous; then by the price it begins with") {
  Scenario market;
  check_story(market, R"(
    op phase opening_call
      phase opening_call
      indicative 0@0 buyers 0
    cat buy 1 2@120 stop=105
      accepted 1 2@120
    ann sell 2 5@110
      accepted 2 5@110
      indicative 0@0 buyers 0
    bob buy 3 3@112
      accepted 3 3@112
      indicative 3@110 sellers 2
    op phase continuous
      traded 3 2 3@110 left 0/2
      phase continuous 3@110
      triggered 1
      traded 1 2 2@110 left 0/0
    )");
}

TEST_CASE("stops: fok and market ones that find too little end") {
  Scenario market;
  check_story(market, R"(
    ann sell 1 1@100
      accepted 1 1@100
    bob buy 2 5@110 stop=100 fok
      accepted 2 5@110
    bob buy 3 5 stop=100
      accepted 3 5@0
    cat buy 4 1@100
      accepted 4 1@100
      traded 4 1 1@100 left 0/0
      triggered 2
      canceled 2 left 5 unfilled
      triggered 3
      canceled 3 left 5 unfilled
    bob has
      USD 1000000+0 ART 1000000+0
    )");
}

}  // namespace mainstay::exchange::engine_stops_test
