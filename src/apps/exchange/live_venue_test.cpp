#include "apps/exchange/live_venue.hpp"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "apps/exchange/venue_calls.hpp"
#include "platform/journal/memory_file_system.hpp"

namespace mainstay::exchange::live_venue_test {
namespace {

using simulation::OrderAct;
using simulation::Top;

TEST_CASE("live venue: each symbol's top stays its own, whatever else is traded") {
  MachineClock clock;
  journal::MemoryFileSystem files;
  VenueOptions options;
  options.journal.folder = "/exchange";
  options.journal.segment_bytes = 1U << 16U;
  Venue venue{std::move(options), clock, files};
  LiveVenue live{venue, AccountId{10}, 2};
  venue.listen(live);
  REQUIRE(venue.start().has_value());
  const auto must = [&](AccountId account, CommandBody body) {
    REQUIRE(submit_and_wait(venue, account, std::move(body), [](const Outcome& outcome) {
              return outcome.reject();
            }) == Reject::none);
  };
  for (std::uint32_t id = 1; id <= 3; ++id) {
    must({}, DefineAsset{AssetId{id}, Name{"A" + std::to_string(id)}, 0});
    for (const std::uint64_t account : {10, 11}) {
      must(AccountId{account}, AdjustBalance{AssetId{id}, 1'000'000});
    }
  }
  for (std::uint32_t id = 1; id <= 2; ++id) {
    DefineSymbol symbol;
    symbol.id = SymbolId{id};
    symbol.name = Name{"S" + std::to_string(id)};
    symbol.base = AssetId{id};
    symbol.quote = AssetId{3};
    must({}, symbol);
  }
  std::vector<simulation::Report> reports;
  std::uint32_t orders = 0;
  const auto place = [&](std::uint32_t symbol, Side side, std::uint32_t price) -> const Top& {
    return live.apply({simulation::order_id(side == Side::buy ? 0 : 1, orders++), SymbolId{symbol},
                       Price{price}, Quantity{5}, OrderAct::limit, side},
                      0, reports);
  };
  const Top& first = place(1, Side::buy, 100);
  const Top& second = place(2, Side::sell, 400);
  CHECK(&first != &second);
  CHECK(first.bid.price == Price{100});
  CHECK(first.ask.price == Price{0});
  CHECK(second.ask.price == Price{400});
  CHECK(&place(1, Side::sell, 100) == &first);  // trades
  CHECK(first.bid.price == Price{0});
  CHECK(first.last == Price{100});
  CHECK(first.sold == 5);
  CHECK(second.ask.price == Price{400});
  CHECK(second.last == Price{0});
  CHECK(reports.size() == 2);
  venue.stop();
}

}  // namespace
}  // namespace mainstay::exchange::live_venue_test
