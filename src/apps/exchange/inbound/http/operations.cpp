#include "apps/exchange/inbound/http/operations.hpp"

#include <string>
#include <utility>
#include <vector>

#include "apps/exchange/definitions.hpp"
#include "apps/exchange/inbound/http/json_answer.hpp"
#include "apps/exchange/inbound/http/operation_input.hpp"
#include "apps/exchange/venue.hpp"
#include "platform/auth/guard.hpp"
#include "platform/json/json.hpp"

namespace mainstay::exchange {
namespace {

constexpr AccountId venue_account{};

/// 200 with the command's sequence, or 422 with the reject's name and number.
void answer_outcome(http::Response& response, Sequence sequence, Reject reject) {
  response.promise_nothing();  // beyond what the venue's journal has by now
  if (reject == Reject::none) return answer(response, json::Object{{"sequence", sequence}});
  const std::string detail =
      std::string{text(reject)} + " (" + std::to_string(static_cast<unsigned>(reject)) + ")";
  http::problem(response, 422, name(reject), detail);
}

/// Submits for the answer to come.
void submit(Venue& venue, AccountId account, CommandBody body, http::Deferred answer_later) {
  auto waiting = std::make_shared<http::Deferred>(std::move(answer_later));
  const bool taken = venue.submit(account, std::move(body), [waiting](const Outcome& outcome) {
    waiting->complete(
        [sequence = outcome.command.sequence, reject = outcome.reject()](http::Response& response) {
          answer_outcome(response, sequence, reject);
        });
  });
  if (!taken) waiting->complete(refuse_busy);
}

/// Makes the command on the lane, where names are known, and submits it.
struct Wanted {
  AccountId account{};
  CommandBody body;
  Reject reject = Reject::none;  // then there is no such thing
};
void submit_named(Venue& venue, http::Response& response,
                  UniqueFunction<Wanted(const Engine&)> make) {
  auto waiting = std::make_shared<http::Deferred>(response.defer());
  const bool taken = venue.look([&venue, waiting, make = std::move(make)](const Views& views) {
    Wanted wanted = make(views.engine);
    if (wanted.reject == Reject::none) {
      return submit(venue, wanted.account, std::move(wanted.body), std::move(*waiting));
    }
    waiting->complete(
        [reject = wanted.reject](http::Response& late) { answer_outcome(late, 0, reject); });
  });
  if (!taken) waiting->complete(refuse_busy);
}

Wanted not_there(Reject reject) {
  Wanted wanted;
  wanted.reject = reject;
  return wanted;
}

Wanted asset_command(const Engine& engine, DefineAsset asset) {
  const auto assets = engine.assets();
  const DefineAsset* known = find_asset(assets, asset.name.text());
  asset.id = known != nullptr ? known->id : next_id(assets);
  return {venue_account, asset};
}

Wanted symbol_command(const Engine& engine, SymbolInput input) {
  const auto assets = engine.assets();
  const DefineAsset* base = find_asset(assets, input.base.text());
  const DefineAsset* quote = find_asset(assets, input.quote.text());
  if (base == nullptr || quote == nullptr) return not_there(Reject::asset_unknown);
  const auto symbols = engine.symbols();
  const SymbolView* known = find_symbol(symbols, input.symbol.name.text());
  input.symbol.id = known != nullptr ? id_of(*known) : next_id(symbols);
  input.symbol.base = base->id;
  input.symbol.quote = quote->id;
  return {venue_account, input.symbol};
}

// --- the routes ----------------------------------------------------------------------------------

using Operation = void (*)(Venue&, const http::Request&, http::Response&);

void put_asset(Venue& venue, const http::Request& request, http::Response& response) {
  const auto asset = read_asset(request.body, request.params.text("asset"));
  if (!asset) return refuse_problem(response, asset.error());
  submit_named(venue, response,
               [asset = *asset](const Engine& engine) { return asset_command(engine, asset); });
}

void put_symbol(Venue& venue, const http::Request& request, http::Response& response) {
  const auto input = read_symbol(request.body, request.params.text("symbol"));
  if (!input) return refuse_problem(response, input.error());
  submit_named(venue, response,
               [input = *input](const Engine& engine) { return symbol_command(engine, input); });
}

void put_phase(Venue& venue, const http::Request& request, http::Response& response) {
  const auto phase = read_phase(request.body);
  if (!phase) return refuse_problem(response, phase.error());
  submit_named(venue, response,
               [phase = *phase,
                name = std::string{request.params.text("symbol")}](const Engine& engine) -> Wanted {
                 const auto symbols = engine.symbols();
                 const SymbolView* symbol = find_symbol(symbols, name);
                 if (symbol == nullptr) return not_there(Reject::symbol_unknown);
                 return {venue_account, SetPhase{symbol->definition.id, phase}};
               });
}

void post_adjustment(Venue& venue, const http::Request& request, http::Response& response) {
  const auto input = read_adjustment(request.body);
  if (!input) return refuse_problem(response, input.error());
  submit_named(venue, response, [input = *input](const Engine& engine) -> Wanted {
    const auto assets = engine.assets();
    const DefineAsset* asset = find_asset(assets, input.asset.text());
    if (asset == nullptr) return not_there(Reject::asset_unknown);
    return {input.account, AdjustBalance{asset->id, input.amount, input.reference}};
  });
}

void post_bust(Venue& venue, const http::Request& request, http::Response& response) {
  submit_named(venue, response,
               [trade = TradeId{request.params.number("trade")},
                name = std::string{request.params.text("symbol")}](const Engine& engine) -> Wanted {
                 const auto symbols = engine.symbols();
                 const SymbolView* symbol = find_symbol(symbols, name);
                 if (symbol == nullptr) return not_there(Reject::symbol_unknown);
                 return {venue_account, BustTrade{symbol->definition.id, trade}};
               });
}

void put_suspension(Venue& venue, const http::Request& request, http::Response& response) {
  const auto wanted = read_suspension(request.body);
  if (!wanted) return refuse_problem(response, wanted.error());
  submit(venue, AccountId{request.params.number("account")}, *wanted, response.defer());
}

json::Value status_of(const Views& views, const Venue::Stats& stats) {
  json::Array symbols;
  for (const SymbolView& one : views.engine.symbols()) {
    symbols.emplace_back(json::Object{{"symbol", one.definition.name.text()},
                                      {"phase", to_text(one.definition.phase)},
                                      {"last", std::int64_t{one.last.get()}},
                                      {"reference", std::int64_t{one.reference.get()}},
                                      {"live_orders", one.live_orders}});
  }
  return json::Object{{"sequence", views.engine.last_sequence()},
                      {"commands", stats.commands},
                      {"rejected", stats.rejected},
                      {"trades", stats.trades},
                      {"symbols", std::move(symbols)}};
}

void get_status(Venue& venue, const http::Request&, http::Response& response) {
  response.promise_nothing();
  auto waiting = std::make_shared<http::Deferred>(response.defer());
  const bool taken = venue.look([&venue, waiting](const Views& views) {
    waiting->complete([body = status_of(views, venue.stats())](http::Response& late) {
      late.promise_nothing();
      answer(late, body);
    });
  });
  if (!taken) waiting->complete(refuse_busy);
}

}  // namespace

void register_operations(http::Router& router, Venue& venue, auth::Guard& guard) {
  const auto add = [&](http::Method method, std::string_view pattern, Operation operation) {
    router.add(method, pattern,
               guard.require({.role = std::string{operator_role}},
                             [&venue, operation](const http::Request& request,
                                                 http::Response& response, const auth::Caller&) {
                               operation(venue, request, response);
                             }));
  };
  add(http::Method::get, "/exchange/v1/status", get_status);
  add(http::Method::put, "/exchange/v1/assets/{asset}", put_asset);
  add(http::Method::put, "/exchange/v1/symbols/{symbol}", put_symbol);
  add(http::Method::put, "/exchange/v1/symbols/{symbol}/phase", put_phase);
  add(http::Method::post, "/exchange/v1/symbols/{symbol}/trades/{trade:u64}/bust", post_bust);
  add(http::Method::post, "/exchange/v1/adjustments", post_adjustment);
  add(http::Method::put, "/exchange/v1/accounts/{account:u64}/suspension", put_suspension);
}

}  // namespace mainstay::exchange
