#include "apps/exchange/domain/performance.hpp"

#include <array>
#include <limits>

#include <doctest/doctest.h>

namespace mainstay::exchange::performance_test {
namespace {

Fill fill(Side side, std::uint32_t lots, Amount quote, Amount fee = 0) {
  Fill out;
  out.symbol = SymbolId{3};
  out.side = side;
  out.quantity = Quantity{lots};
  out.quote = quote;
  out.fee = fee;
  return out;
}

}  // namespace

TEST_CASE("performance: what was issued and never traded is worth the last price") {
  Dealings dealings;
  dealings.issued = 30;
  dealings.issue_cost = 3'000;
  const Performance now = performance_of(dealings, 120, 1);
  CHECK(now.units == 30);
  CHECK(now.cost == 3'000);
  CHECK(now.value == 3'600);
  CHECK(now.realised == 0);
  CHECK(now.unrealised == 600);
  CHECK(performance_of(dealings, 0, 1).value == 3'000);  // no price yet
  CHECK(performance_of({}, 120, 1).units == 0);
}

TEST_CASE("performance: sales realise against the average cost, and all adds up") {
  const Fill bought = fill(Side::buy, 10, 1'500, 2);
  const Fill sold = fill(Side::sell, 15, 2'100, 3);
  Fill busted = fill(Side::sell, 5, 900);
  busted.busted = true;
  Fill elsewhere = fill(Side::buy, 5, 900);
  elsewhere.symbol = SymbolId{4};
  const std::array<const Fill*, 4> fills{&bought, &sold, &busted, &elsewhere};
  Dealings dealings;
  dealings.issued = 30;
  dealings.issue_cost = 3'000;
  add_fills(fills, SymbolId{3}, 1, dealings);
  CHECK(dealings.bought == 10);
  CHECK(dealings.paid == 1'502);
  CHECK(dealings.received == 2'097);
  const Performance now = performance_of(dealings, 110, 1);
  CHECK(now.units == 25);
  CHECK(now.cost == 4'502 - 4'502 * 15 / 40);
  CHECK(now.value == 2'750);
  CHECK(now.realised + now.unrealised == 2'097 + 2'750 - 4'502);
}

TEST_CASE("performance: lots of several units, prices of several, and sums that do not fit") {
  const Fill sold = fill(Side::sell, 2, 700);
  const std::array fills{&sold};
  Dealings dealings;
  dealings.issued = 30;
  add_fills(fills, SymbolId{3}, 10, dealings);
  CHECK(dealings.sold == 20);
  CHECK(performance_of(dealings, 350, 10).value == 350);
  dealings.issued = std::numeric_limits<Amount>::max();
  CHECK(performance_of(dealings, 9'000, 1).value == std::numeric_limits<Amount>::max());
}

}  // namespace mainstay::exchange::performance_test
