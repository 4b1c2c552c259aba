#include "apps/exchange/trading_hours.hpp"

#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

#include "apps/exchange/venue_calls.hpp"
#include "platform/journal/memory_file_system.hpp"

namespace mainstay::exchange::trading_hours_test {
namespace {

constexpr SystemTime midnight{Micros{std::int64_t{20'000} * 86'400 * 1'000'000}};
constexpr Seconds hour{3'600};
const AccountId ada{1'000};

/// Writes down which market entered which phase, and which orders ended with their day.
struct Diary final : Listener {
  void on_outcome(const Outcome& outcome) override {
    constexpr std::string_view letters = "-OCVAH";
    for (const Event& event : outcome.events) {
      if (event.kind == EventKind::phase_changed) {
        text += std::to_string(event.symbol.get()) + letters[static_cast<std::size_t>(event.phase)];
      }
      if (event.kind == EventKind::canceled) text += "x";
    }
  }
  void on_batch_end(const Views&) override {}
  std::string text;
};

/// A venue over files that may be those of one before, and its hours.
struct Market {
  Market(journal::MemoryFileSystem& files, ManualClock& clock, std::string_view days)
      : venue(options(), clock, files), hours(venue, clock) {
    venue.listen(diary);
    REQUIRE(venue.start().has_value());
    hours.set_days(*parse_trading_days(days));
  }
  ~Market() { venue.stop(); }

  static VenueOptions options() {
    VenueOptions options;
    options.journal.folder = "/exchange";
    options.journal.segment_bytes = 1U << 16U;
    return options;
  }

  void must(AccountId account, CommandBody body) {
    const auto reject = submit_and_wait(venue, account, std::move(body),
                                        [](const Outcome& done) { return done.reject(); });
    CHECK(reject == Reject::none);
  }

  void define() {
    must({}, DefineAsset{AssetId{1}, Name{"ART"}, 0});
    must({}, DefineAsset{AssetId{2}, Name{"USD"}, 2});
    std::uint32_t id = 1;
    for (const char* name : {"ARTUSD", "OTHER"}) {
      DefineSymbol symbol;
      symbol.id = SymbolId{id++};
      symbol.name = Name{name};
      symbol.base = AssetId{1};
      symbol.quote = AssetId{2};
      symbol.phase = Phase::closed;
      must({}, symbol);
    }
    must(ada, AdjustBalance{AssetId{2}, 1'000});
  }

  void place_day_order() {
    PlaceOrder order;
    order.symbol = SymbolId{1};
    order.price = Price{10};
    order.quantity = Quantity{1};
    order.tif = TimeInForce::day;
    must(ada, order);
  }

  /// What happened by then, and since the last time.
  std::string passed() {
    hours.pass();
    (void)look_and_wait(venue, [](const Views&) { return 0; });
    return std::exchange(diary.text, {});
  }

  Diary diary;
  Venue venue;
  TradingHours hours;
};

constexpr std::string_view days =
    "08:00 opening_call, 09:00 continuous, 17:00 closing_call, 18:00 closed; OTHER: 10:00 "
    "continuous";

}  // namespace

TEST_CASE("trading hours: each market enters its phases when the time comes, and DAY orders end") {
  journal::MemoryFileSystem files;
  ManualClock clock{midnight};
  Market market{files, clock, days};
  CHECK(market.passed().empty());
  market.define();
  clock.advance(8 * hour - Seconds{1});
  CHECK(market.passed().empty());
  clock.advance(Seconds{1});
  CHECK(market.passed() == "1O");
  CHECK(market.passed().empty());
  clock.advance(hour);
  CHECK(market.passed() == "1C");
  market.place_day_order();
  clock.advance(hour);
  CHECK(market.passed() == "2C");
  clock.advance(9 * hour);  // 19:00: late, in order
  CHECK(market.passed() == "1A1-x");
  clock.advance(24 * hour);  // 19:00: OTHER is continuous already
  CHECK(market.passed() == "1O1C1A1-");
}

TEST_CASE("trading hours: what came while nothing ran is made up for, of one day") {
  journal::MemoryFileSystem files;
  ManualClock clock{midnight + 9 * hour};
  {
    Market market{files, clock, days};
    market.define();
    market.must({}, SetPhase{SymbolId{1}, Phase::continuous});
    market.place_day_order();
  }
  clock.advance(23 * hour);  // 08:00 of the next day
  {
    Market market{files, clock, days};
    CHECK(market.passed() == "2C1A1-x1O");
  }
  clock.advance(30 * 24 * hour);
  Market market{files, clock, days};
  CHECK(market.passed() == "1C1A1-1O");
}

TEST_CASE("trading hours: a halt lasts until the market closes; what operators set, to the next") {
  journal::MemoryFileSystem files;
  ManualClock clock{midnight};
  Market market{files, clock, days};
  market.define();
  CHECK(market.passed().empty());
  market.must({}, SetPhase{SymbolId{1}, Phase::halted});
  market.must({}, SetPhase{SymbolId{2}, Phase::opening_call});
  clock.advance(17 * hour);
  CHECK(market.passed() == "1H2O2C");
  clock.advance(hour);
  CHECK(market.passed() == "1-");
  clock.set_wall(midnight);  // whoever sets the clock back has no phase twice
  CHECK(market.passed().empty());
}

}  // namespace mainstay::exchange::trading_hours_test
