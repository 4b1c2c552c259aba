#include "apps/exchange/demo.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "apps/exchange/venue_calls.hpp"
#include "platform/lane/wait_for.hpp"

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

constexpr std::string_view demo_owner = "demo";

/// Whose units the primary market sells; other tickers than those that are traded already, and
/// behind them in the alphabet: the page shows the first symbol, in which something should go on.
struct Offer {
  std::string_view ticker;
  std::string_view genre;
  double mu;
  double sigma;
  Amount total_fund;  // cents
  Amount unit_price;
  int days;  // until it expires
};
constexpr std::array offers{Offer{"SOLIS", "pop", 0.05, 0.10, 4'000'000, 1'000, 200},
                            Offer{"VEGA", "rock", 0.08, 0.20, 2'500'000, 500, 300},
                            Offer{"LYRA", "country", 0.03, 0.06, 3'000'000, 250, 150},
                            Offer{"ORION", "hip hop", 0.12, 0.35, 1'500'000, 500, 500}};

struct Wish {
  Amount principal;  // cents
  double mu;
  double sigma;
  std::string_view genre;
  int days;  // within which all should have been paid back
};
constexpr std::array wishes{
    Wish{2'000'000, 0.04, 0.15, "any", 730}, Wish{1'000'000, 0.02, 0.20, "pop", 365},
    Wish{500'000, 0.05, 0.30, "rock", 365}, Wish{800'000, 0.02, 0.10, "any", 240},
    Wish{1'500'000, 0.20, 0.10, "any", 730}};  // the last one wants too much, and waits

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

InvestorRecord investor_of(const Wish& wish, std::size_t number, SystemTime now) {
  InvestorRecord wanted;
  wanted.owner = demo_owner;
  wanted.request_key = "demo-" + std::to_string(number);
  wanted.created_at = now;
  wanted.user.mu = wish.mu;
  wanted.user.sigma = wish.sigma;
  wanted.user.principal = wish.principal;
  wanted.user.genre = wish.genre;
  wanted.user.time_horizon = now + std::chrono::days{wish.days};
  return wanted;
}

ArtistRecord artist_of(const Offer& offer, SystemTime now) {
  ArtistRecord wanted;
  wanted.owner = demo_owner;
  wanted.ticker = offer.ticker;
  wanted.created_at = now;
  wanted.user.mu = offer.mu;
  wanted.user.sigma = offer.sigma;
  wanted.user.genre = offer.genre;
  wanted.user.pricing_date = now;
  wanted.user.expiration_date = now + std::chrono::days{offer.days};
  wanted.user.total_fund = offer.total_fund;
  wanted.user.unit_price = offer.unit_price;
  return wanted;
}

/// What the desk answers to what `begin` asks of it; dropped unanswered: too much waits.
template <class T, class Begin>
Result<T> answer_of(Begin begin) {
  return wait_for<T>(std::move(begin), DemoErrc::refused);
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

Result<> define_demo_primary_market(PrimaryDesk& desk, SystemTime now) {
  for (const Offer& offer : offers) {
    auto made = answer_of<ArtistRecord>(
        [&](auto answer) { desk.add_artist(artist_of(offer, now), false, std::move(answer)); });
    if (made.has_error() && !made.error().is(PrimaryErrc::ticker_taken)) {
      return std::move(made).error();
    }
  }
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    MS_TRY_VOID(answer_of<InvestorRecord>([&](auto answer) {
      desk.add_investor(investor_of(wishes[i], i + 1, now), InvestorAccount::own, false,
                        std::move(answer));
    }));
  }
  MS_TRY_VOID(answer_of<AllocationRecord>([&](auto answer) {
    AllocationRecord wanted;
    wanted.owner = demo_owner;
    wanted.request_key = "demo";
    wanted.created_at = now;
    desk.allocate(std::move(wanted), std::string{demo_owner}, std::move(answer));
  }));
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
