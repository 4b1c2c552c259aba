#include "apps/exchange/inbound/http/operations.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/exchange/definitions.hpp"
#include "apps/exchange/domain/decimal.hpp"
#include "apps/exchange/hash_text.hpp"
#include "apps/exchange/inbound/http/json_answer.hpp"
#include "apps/exchange/inbound/http/operation_input.hpp"
#include "apps/exchange/venue.hpp"
#include "platform/auth/guard.hpp"
#include "platform/http/form.hpp"
#include "platform/json/json.hpp"

namespace mainstay::exchange {
namespace {

constexpr AccountId venue_account{};
/// Of definitions: another operator's may have taken the id that was free.
constexpr int tries_max = 8;

/// 200 with the command's sequence, or 422 with the reject's name and number.
void answer_outcome(http::Response& response, Sequence sequence, Reject reject) {
  if (reject == Reject::none) return answer(response, json::Object{{"sequence", sequence}});
  const std::string detail =
      std::string{text(reject)} + " (" + std::to_string(static_cast<unsigned>(reject)) + ")";
  http::problem(response, 422, name(reject), detail);
}

void give_outcome(Reply& reply, Sequence sequence, Reject reject) {
  reply.give_with(
      [sequence, reject](http::Response& response) { answer_outcome(response, sequence, reject); });
}

/// Makes the command on the lane, where names are known, and submits it.
struct Wanted {
  AccountId account{};
  CommandBody body;
  Reject reject = Reject::none;  // then there is no such thing
};
using Make = UniqueFunction<Wanted(const Engine&)>;
void submit_named(Venue& venue, Reply reply, Make make, int tries = tries_max) {
  (void)venue.look([&venue, tries, reply = std::move(reply),
                    make = std::move(make)](const Views& views) mutable {
    Wanted wanted = make(views.engine);
    if (wanted.reject != Reject::none) return give_outcome(reply, 0, wanted.reject);
    (void)venue.submit(wanted.account, std::move(wanted.body),
                       [&venue, tries, reply = std::move(reply),
                        make = std::move(make)](const Outcome& outcome) mutable {
                         const Reject reject = outcome.reject();
                         if (reject == Reject::id_taken && tries > 1) {
                           return submit_named(venue, std::move(reply), std::move(make), tries - 1);
                         }
                         give_outcome(reply, outcome.command.sequence, reject);
                       });
  });
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
  submit_named(venue, Reply{response},
               [asset = *asset](const Engine& engine) { return asset_command(engine, asset); });
}

void put_symbol(Venue& venue, const http::Request& request, http::Response& response) {
  const auto input = read_symbol(request.body, request.params.text("symbol"));
  if (!input) return refuse_problem(response, input.error());
  submit_named(venue, Reply{response},
               [input = *input](const Engine& engine) { return symbol_command(engine, input); });
}

void put_phase(Venue& venue, const http::Request& request, http::Response& response) {
  const auto phase = read_phase(request.body);
  if (!phase) return refuse_problem(response, phase.error());
  submit_named(venue, Reply{response},
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
  submit_named(venue, Reply{response}, [input = *input](const Engine& engine) -> Wanted {
    const auto assets = engine.assets();
    const DefineAsset* asset = find_asset(assets, input.asset.text());
    if (asset == nullptr) return not_there(Reject::asset_unknown);
    return {input.account, AdjustBalance{asset->id, input.amount, input.reference}};
  });
}

void post_bust(Venue& venue, const http::Request& request, http::Response& response) {
  submit_named(venue, Reply{response},
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
  const AccountId account{request.params.number("account")};
  (void)venue.submit(account, *wanted, [reply = Reply{response}](const Outcome& outcome) mutable {
    give_outcome(reply, outcome.command.sequence, outcome.reject());
  });
}

/// What `mainstay exchange replay` prints of the same sequence, and how much of each asset there is
/// in all. Reads all accounts and orders: nothing is matched meanwhile.
json::Value audit_of(const Engine& engine) {
  json::Object totals;
  for (const DefineAsset& asset : engine.assets()) {
    const auto [high, low] = engine.total(asset.id);
    std::string units;
    append_decimal(units, static_cast<Wide>(high) << 64U | low, 0);
    totals.push_back({std::string{asset.name.text()}, std::move(units)});
  }
  return json::Object{{"hash", hex16(engine.state_hash())}, {"totals", std::move(totals)}};
}

json::Object status_of(const Views& views, const Venue::Stats& stats) {
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

/// Whether the query says `audit=true`; nothing: it says something else.
std::optional<bool> wants_audit(std::string_view query) {
  const auto fields = http::parse_form(query, 8);
  if (!fields) return std::nullopt;
  const std::string_view audit = http::form_field(*fields, "audit");
  if (audit == "true") return true;
  return audit.empty() || audit == "false" ? std::optional{false} : std::nullopt;
}

void get_status(Venue& venue, const http::Request& request, http::Response& response) {
  const auto audit = wants_audit(request.query);
  if (!audit) return refuse_problem(response, json::member_invalid("audit", "true or false"));
  response.promise_nothing();
  (void)venue.look([&venue, audit = *audit, reply = Reply{response}](const Views& views) mutable {
    json::Object status = status_of(views, venue.stats());
    if (audit) status.push_back({"audit", audit_of(views.engine)});
    reply.give(json::Value{std::move(status)});
  });
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
