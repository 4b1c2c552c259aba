#include "apps/exchange/demo.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "apps/exchange/venue_calls.hpp"

namespace mainstay::exchange {
namespace {

struct Artist {
  std::string_view asset;
  std::string_view symbol;
  std::uint32_t reference;  // cents
};
constexpr std::array artists{Artist{"LUNA", "LUNAUSD", 10'000}, Artist{"ECHO", "ECHOUSD", 2'500},
                             Artist{"NOVA", "NOVAUSD", 40'000}};
constexpr std::uint32_t dollar = 1;  // asset ids: the dollar, then the artists
constexpr std::uint32_t dollar_decimals = 2;

enum class DemoErrc : std::uint8_t { refused = 1 };
const ErrorRow& error_row(DemoErrc) {
  static constexpr ErrorRow row{"exchange_demo_refused", "the demo market cannot be defined"};
  return row;
}

Result<> carry_out(Venue& venue, CommandBody body) {
  const auto reject = submit_and_wait(venue, AccountId{}, std::move(body),
                                      [](const Outcome& done) { return done.reject(); });
  if (!reject) return DemoErrc::refused;
  if (*reject != Reject::none) return Error{DemoErrc::refused, std::string{name(*reject)}};
  return {};
}

}  // namespace

Result<> define_demo_market(Venue& venue) {
  MS_TRY_VOID(carry_out(venue, DefineAsset{AssetId{dollar}, Name{"USD"}, dollar_decimals}));
  for (std::uint32_t i = 0; i < artists.size(); ++i) {
    const AssetId asset{dollar + 1 + i};
    MS_TRY_VOID(carry_out(venue, DefineAsset{asset, Name{artists[i].asset}, 0}));
    DefineSymbol market;
    market.id = SymbolId{i};
    market.name = Name{artists[i].symbol};
    market.base = asset;
    market.quote = AssetId{dollar};
    market.reference = Price{artists[i].reference};
    market.rules.maker_fee = 500;
    market.rules.taker_fee = 1'000;
    market.rules.market_collar_bp = 500;
    MS_TRY_VOID(carry_out(venue, market));
  }
  return {};
}

LiveMarketOptions demo_crowd() {
  LiveMarketOptions options;
  options.quote_each = 100'000'000'000;
  options.base_each = 100'000'000;
  for (std::uint32_t i = 0; i < artists.size(); ++i) {
    simulation::MarketScenario scene;
    scene.symbol = SymbolId{i};
    scene.anchor = Price{artists[i].reference};
    scene.zero_intelligence = 20;
    scene.zero.acts_per_second = 0.5;
    scene.zero.ticks_beyond = 40;
    scene.parlour_traders = 6;
    scene.parlour.visits_per_second = 0.3;
    scene.momentum_traders = 3;
    scene.momentum.looks_per_second = 0.5;
    scene.maker.interval_ns = 1'000'000'000;
    scene.arrivals_per_second = 0.2;
    options.scenarios.push_back(scene);
  }
  return options;
}

}  // namespace mainstay::exchange
