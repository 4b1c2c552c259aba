#include "apps/exchange/inbound/http/primary_json.hpp"

#include <string>
#include <utility>

#include "apps/exchange/definitions.hpp"
#include "apps/exchange/domain/quote_amount.hpp"
#include "apps/exchange/primary_payments.hpp"

namespace mainstay::exchange {
namespace {

std::int64_t milliseconds(SystemTime at) {
  return std::chrono::duration_cast<Millis>(at.time_since_epoch()).count();
}

json::Value key_json(const std::string& key) {
  return key.empty() ? json::Value{} : json::Value{key};
}

std::string_view to_text(MatchState state) {
  switch (state) {
    case MatchState::agreed:
      return "agreed";
    case MatchState::issued:
      return "issued";
    case MatchState::void_:
      break;
  }
  return "void";
}

/// An artist's asset in the market; null when it is not there yet.
struct Market {
  explicit Market(const Engine& engine) : assets(engine.assets()), symbols(engine.symbols()) {}
  [[nodiscard]] const SymbolView* of(const std::string& ticker) const {
    return find_symbol(symbols, ticker + std::string{primary_quote});
  }
  [[nodiscard]] Balance balance(const Engine& engine, AccountId account,
                                std::string_view name) const {
    const DefineAsset* const asset = find_asset(assets, name);
    return asset == nullptr ? Balance{} : engine.balance(account, asset->id);
  }

  const std::vector<DefineAsset> assets;
  const std::vector<SymbolView> symbols;
};

/// What a lot costs at the last price; 0: nothing has traded.
Amount last_price(const SymbolView* symbol) {
  if (symbol == nullptr || symbol->last == Price{}) return 0;
  return quote_amount(symbol->last, Quantity{1}, symbol->definition.rules.tick_quote);
}

json::Value last_json(const SymbolView* symbol) {
  const Amount last = last_price(symbol);
  return last == 0 ? json::Value{} : json::Value{last};
}

}  // namespace

json::Value to_json(const InvestorRecord& investor) {
  const models::InvestorUser& user = investor.user;
  return json::Object{{"id", user.id.get()},
                      {"owner", investor.owner},
                      {"key", key_json(investor.request_key)},
                      {"account", investor.account.get()},
                      {"mu", user.mu},
                      {"sigma", user.sigma},
                      {"principal", user.principal},
                      {"remaining_principal", user.remaining_principal},
                      {"genre", user.genre},
                      {"time_horizon", milliseconds(user.time_horizon)},
                      {"created_at", milliseconds(investor.created_at)},
                      {"paid", investor.paid},
                      {"waits", is_waiting(investor)}};
}

json::Value to_json(const ArtistRecord& artist) {
  const models::AssetUser& user = artist.user;
  return json::Object{{"id", user.id.get()},
                      {"owner", artist.owner},
                      {"ticker", artist.ticker},
                      {"symbol", artist.ticker + std::string{primary_quote}},
                      {"account", artist.account.get()},
                      {"mu", user.mu},
                      {"sigma", user.sigma},
                      {"ranking", user.ranking},
                      {"genre", user.genre},
                      {"expiration_date", milliseconds(user.expiration_date)},
                      {"pricing_date", milliseconds(user.pricing_date)},
                      {"total_fund", user.total_fund},
                      {"remaining_fund", user.remaining_fund},
                      {"unit_price", user.unit_price},
                      {"created_at", milliseconds(artist.created_at)},
                      {"listed", artist.listed}};
}

json::Value to_json(const AllocationRecord& allocation) {
  const bool by_variance = allocation.method == models::AllocationMethod::mean_variance;
  return json::Object{{"id", allocation.id},
                      {"owner", allocation.owner},
                      {"key", key_json(allocation.request_key)},
                      {"method", by_variance ? "mean_variance" : "deferred_acceptance"},
                      {"created_at", milliseconds(allocation.created_at)},
                      {"investors", allocation.investors},
                      {"matches", allocation.matches},
                      {"amount", allocation.amount}};
}

json::Value to_json(const MatchRecord& match) {
  return json::Object{{"id", match.match.id},
                      {"allocation", match.allocation},
                      {"investor", match.match.investor.get()},
                      {"artist", match.match.asset.get()},
                      {"amount", match.match.amount},
                      {"units", match.match.units},
                      {"state", to_text(match.state)}};
}

json::Value holdings_json(const InvestorRecord& investor, const std::vector<IssuedUnits>& issued,
                          const Views& views) {
  const Market market{views.engine};
  const auto balance_of = [&](std::string_view name) {
    return market.balance(views.engine, investor.account, name);
  };
  json::Array assets;
  for (const IssuedUnits& one : issued) {
    const Balance units = balance_of(one.ticker);
    assets.emplace_back(json::Object{{"artist", one.artist.get()},
                                     {"asset", one.ticker},
                                     {"free", units.free},
                                     {"held", units.held},
                                     {"issued", one.units},
                                     {"paid", one.amount}});
  }
  const Balance cash = balance_of(primary_quote);
  return json::Object{
      {"investor", investor.user.id.get()},
      {"account", investor.account.get()},
      {"cash", json::Object{{"asset", primary_quote}, {"free", cash.free}, {"held", cash.held}}},
      {"assets", std::move(assets)}};
}

json::Value performance_json(const InvestorRecord& investor, const std::vector<IssuedUnits>& issued,
                             const Views& views) {
  const Market market{views.engine};
  std::vector<const Fill*> fills;
  for (const Fill& fill : views.orders.fills(investor.account)) fills.push_back(&fill);
  json::Array assets;
  Amount realised = 0;
  Amount unrealised = 0;
  bool complete = true;
  for (const IssuedUnits& one : issued) {
    const SymbolView* const symbol = market.of(one.ticker);
    const Amount lot = symbol == nullptr ? 1 : symbol->definition.rules.lot_base;
    Dealings dealings;
    dealings.issued = one.units;
    dealings.issue_cost = one.amount;
    if (symbol != nullptr) add_fills(fills, symbol->definition.id, lot, dealings);
    const Performance now = performance_of(dealings, last_price(symbol), lot);
    const Balance there = market.balance(views.engine, investor.account, one.ticker);
    const bool adds_up = now.units == there.free + there.held;
    complete = complete && adds_up;
    realised = sum(realised, now.realised);
    unrealised = sum(unrealised, now.unrealised);
    assets.emplace_back(json::Object{{"artist", one.artist.get()},
                                     {"asset", one.ticker},
                                     {"units", now.units},
                                     {"last", last_json(symbol)},
                                     {"cost", now.cost},
                                     {"value", now.value},
                                     {"realised", now.realised},
                                     {"unrealised", now.unrealised},
                                     {"complete", adds_up}});
  }
  const Amount principal = investor.user.principal;
  return json::Object{{"investor", investor.user.id.get()},
                      {"principal", principal},
                      {"value", sum(principal, sum(realised, unrealised))},
                      {"realised", realised},
                      {"unrealised", unrealised},
                      {"complete", complete},
                      {"assets", std::move(assets)}};
}

json::Value performance_json(const ArtistRecord& artist, const Views& views) {
  const models::AssetUser& user = artist.user;
  const Amount raised = user.total_fund - user.remaining_fund;
  const Market market{views.engine};
  return json::Object{{"artist", user.id.get()},
                      {"asset", artist.ticker},
                      {"raised", raised},
                      {"remaining_fund", user.remaining_fund},
                      {"units_issued", raised / user.unit_price},
                      {"unit_price", user.unit_price},
                      {"last", last_json(market.of(artist.ticker))}};
}

}  // namespace mainstay::exchange
