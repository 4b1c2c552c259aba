#include "apps/exchange/directory.hpp"

#include <doctest/doctest.h>

#include "apps/exchange/test_venue_doors.hpp"

namespace mainstay::exchange::directory_test {

TEST_CASE("directory: who is told of a definition finds it, and of a phase sees it") {
  test::VenueWithDoors market;
  DefineSymbol symbol;
  symbol.id = SymbolId{2};
  symbol.name = Name{"USDART"};
  symbol.base = AssetId{2};
  symbol.quote = AssetId{1};
  const auto there = submit_and_wait(market.venue, {}, symbol, [&market](const Outcome& outcome) {
    return outcome.reject() == Reject::none &&
           market.directory.current()->find("USDART") != nullptr;
  });
  REQUIRE(there == true);
  const SetPhase halt{.symbol = SymbolId{2}, .phase = Phase::halted};
  const auto halted = submit_and_wait(market.venue, {}, halt, [&market](const Outcome& outcome) {
    const auto listings = market.directory.current();
    return outcome.reject() == Reject::none &&
           listings->find(SymbolId{2})->definition.phase == Phase::halted;
  });
  CHECK(halted == true);
}

}  // namespace mainstay::exchange::directory_test
