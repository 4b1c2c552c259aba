#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "apps/exchange/inbound/http/api_errc.hpp"
#include "apps/exchange/inbound/http/json_members.hpp"
#include "apps/exchange/inbound/http/order_json.hpp"
#include "apps/exchange/inbound/http/rest_call.hpp"
#include "apps/exchange/inbound/http/rows_kept.hpp"
#include "apps/exchange/limits.hpp"

namespace mainstay::exchange {
namespace {

using http::Method;
using http::Response;

// --- new orders ----------------------------------------------------------------------------------

void answer_placed(Pending& pending, const Outcome& outcome, const NamedListing& listing,
                   ResponseType type) {
  PlacedAnswer placed =
      placed_answer(outcome.command, outcome.events, listing->definition.rules.tick_quote);
  if (placed.reject != Reject::none) {
    return pending.refuse(rejection(placed.reject, placed.placed.type == OrderType::market));
  }
  pending.complete([placed = std::move(placed), listing, type](Response& response) {
    append_placed(response.body(), placed, *listing, type);
  });
}

Result<> place_order(const RestParts& parts, const RestCall& call, Parameters& parameters,
                     Response& response) {
  MS_TRY(auto listing, named_listing(parts, parameters));
  MS_TRY(const auto order, parse_order(parameters, *listing));
  MS_TRY_VOID(parameters.all_read());
  Pending pending{response, call};
  // A full queue drops the closure, and with it what is pending.
  (void)parts.venue.submit(
      call.account, order.placed,
      [pending = std::move(pending), listing = std::move(listing), type = order.response](
          const Outcome& outcome) mutable { answer_placed(pending, outcome, listing, type); },
      0, Venue::Wake::later);
  response.after_handlers(parts.waker);
  return {};
}

void append_commission(std::string& out, const SymbolRules& rules) {
  const auto rate = [](Members& members, std::string_view key, Amount millionths) {
    std::string& text = members.name(key);
    text.push_back('"');
    append_signed_decimal(text, millionths, 6);
    text.push_back('"');
  };
  Members members{out};
  {
    Members standard{members.name("standardCommissionForOrder")};
    rate(standard, "maker", rules.maker_fee);
    rate(standard, "taker", rules.taker_fee);
  }
  for (const char* none : {"specialCommissionForOrder", "taxCommissionForOrder"}) {
    Members rates{members.name(none)};
    rate(rates, "maker", 0);
    rate(rates, "taker", 0);
  }
  Members discount{members.name("discount")};
  discount.flag("enabledForAccount", false);
  discount.flag("enabledForSymbol", false);
  discount.name("discountAsset").append("null");
  rate(discount, "discount", 0);
}

std::uint32_t test_order_weight(Parameters& parameters) {
  return parameters.text("computeCommissionRates") == "true" ? 20 : 1;
}

/// All that placing it looks at, but for the account and what it would trade with.
Result<> test_order(const RestParts& parts, const RestCall& call, Parameters& parameters,
                    Response& response) {
  MS_TRY(auto listing, named_listing(parts, parameters));
  MS_TRY(const auto order, parse_order(parameters, *listing));
  MS_TRY(const bool wants_rates, parameters.flag("computeCommissionRates", false));
  MS_TRY_VOID(parameters.all_read());
  return look(
      parts, call, response,
      [placed = order.placed](const Views& views) -> Result<SymbolRules> {
        const Reject reject = views.engine.check(placed);
        const bool taken = reject == Reject::none || expiry_cause(reject);
        if (!taken) return rejection(reject, placed.type == OrderType::market);
        return views.engine.symbol(placed.symbol)->definition.rules;
      },
      [wants_rates](std::string& out, const SymbolRules& rules) {
        if (wants_rates) return append_commission(out, rules);
        out.append("{}");
      });
}

// --- one order that is there
// -----------------------------------------------------------------------

/// Which order a call means: by its id, else by the client's.
struct OrderName {
  AccountId account{};
  SymbolId symbol{};
  OrderId id{};
  ClientOrderId client;

  [[nodiscard]] const OrderRecord* find(const Views& views) const {
    const OrderRecord* record = nullptr;
    if (id.get() != 0) {
      record = views.orders.order(id);
    } else {
      record = views.orders.order(account, client);
      if (record == nullptr) record = views.orders.order(made_up_id(client.text()));
    }
    const bool theirs =
        record != nullptr && record->account == account && record->placed.symbol == symbol;
    return theirs ? record : nullptr;
  }
};

Result<OrderName> order_name(const RestCall& call, const Listing& listing, Parameters& parameters) {
  OrderName out{.account = call.account, .symbol = listing.definition.id, .client = {}};
  MS_TRY(const auto id, parameters.number("orderId"));
  if (parameters.has("origClientOrderId")) {
    MS_TRY(out.client, parse_client_id("origClientOrderId", parameters.text("origClientOrderId")));
  }
  if (!id && out.client.empty()) {
    return Error{ApiErrc::parameter_missing,
                 "Param 'origClientOrderId' or 'orderId' must be sent, but both were "
                 "empty/null!"};
  }
  out.id = OrderId{id.value_or(0)};
  return out;
}

Result<> query_order(const RestParts& parts, const RestCall& call, Parameters& parameters,
                     Response& response) {
  MS_TRY(auto listing, named_listing(parts, parameters));
  MS_TRY(const auto name, order_name(call, *listing, parameters));
  MS_TRY_VOID(parameters.all_read());
  return look(
      parts, call, response,
      [name](const Views& views) -> Result<OrderRecord> {
        const OrderRecord* const record = name.find(views);
        if (record == nullptr) return ApiErrc::order_unknown;
        return *record;
      },
      [listing](std::string& out, const OrderRecord& record) {
        append_order(out, record, *listing);
      });
}

Error amend_refusal() {
  return Error{ApiErrc::amend_rejected,
               "The new quantity must be below the order's, and above what has traded."};
}

/// Of a change to an order that was there when it was submitted.
Error change_refusal(Reject reject) {
  if (reject == Reject::none || reject == Reject::order_unknown) return ApiErrc::cancel_rejected;
  const bool other_quantity =
      reject == Reject::quantity_below_traded || reject == Reject::nothing_to_change;
  return other_quantity ? amend_refusal() : rejection(reject, false);
}

/// Finds the order on the lane, and submits from there what `make` makes of it.
template <class Make, class Done>
void change_order(Venue& venue, const OrderName& name, Pending pending, Make make, Done done) {
  (void)venue.look([&venue, name, pending = std::move(pending), make = std::move(make),
                    done = std::move(done)](const Views& views) mutable {
    const OrderRecord* const record = name.find(views);
    if (record == nullptr || is_finished(record->status)) {
      return pending.refuse(ApiErrc::cancel_rejected);
    }
    auto body = make(*record);
    if (body.has_error()) return pending.refuse(std::move(body).error());
    (void)venue.submit(name.account, std::move(*body),
                       [pending = std::move(pending), done = std::move(done),
                        id = record->placed.id](const Outcome& outcome) mutable {
                         const OrderRecord* const after = outcome.views.orders.order(id);
                         if (outcome.reject() != Reject::none || after == nullptr) {
                           return pending.refuse(change_refusal(outcome.reject()));
                         }
                         done(pending, outcome, *after);
                       });
  });
}

Result<> cancel_order(const RestParts& parts, const RestCall& call, Parameters& parameters,
                      Response& response) {
  MS_TRY(auto listing, named_listing(parts, parameters));
  MS_TRY(const auto name, order_name(call, *listing, parameters));
  ClientOrderId client;
  if (parameters.has("newClientOrderId")) {
    MS_TRY(client, parse_client_id("newClientOrderId", parameters.text("newClientOrderId")));
  }
  MS_TRY_VOID(parameters.all_read());
  change_order(
      parts.venue, name, Pending{response, call},
      [](const OrderRecord& record) -> Result<CommandBody> {
        return CommandBody{CancelOrder{record.placed.id}};
      },
      [listing, client](Pending& pending, const Outcome&, const OrderRecord& record) {
        pending.complete([record, listing, client](Response& answer) {
          append_canceled(answer.body(), record, *listing, client.text());
        });
      });
  return {};
}

struct Reduction {
  OrderName order;
  Quantity wanted;  // in all, as clients count: with what self-trade prevention took away
};

Result<CommandBody> reduction_command(const OrderRecord& record, Quantity wanted, Quantity min) {
  // What it says is how much the order is to be, not by how much less: until it is carried out the
  // order may have traded, or become smaller than that, which the engine refuses. Its quantity is
  // without what self-trade prevention took away.
  const std::uint64_t prevented = record.prevented;
  if (wanted >= record.placed.quantity || wanted.get() <= record.executed + prevented) {
    return amend_refusal();
  }
  if (wanted < min) return rejection(Reject::quantity_below_min, false);
  AmendOrder smaller;
  smaller.id = record.placed.id;
  smaller.quantity = Quantity{static_cast<std::uint32_t>(wanted.get() - prevented)};
  smaller.only_less = true;
  return CommandBody{smaller};
}

void make_smaller(Venue& venue, const Reduction& reduction, const NamedListing& listing,
                  Pending caller) {
  const Quantity wanted = reduction.wanted;
  change_order(
      venue, reduction.order, std::move(caller),
      [wanted, min = listing->definition.rules.quantity_min](const OrderRecord& record) {
        return reduction_command(record, wanted, min);
      },
      [&venue, reduction, listing](Pending& pending, const Outcome& outcome,
                                   const OrderRecord& record) {
        // Prevention took more away in between: so much is still to go.
        if (record.placed.quantity > reduction.wanted) {
          return make_smaller(venue, reduction, listing, std::move(pending));
        }
        pending.complete([record, listing, at = outcome.command.at,
                          sequence = outcome.command.sequence](Response& answer) {
          Members members{answer.body()};
          members.number("transactTime", milliseconds(at));
          members.number("executionId", sequence);
          append_order(members.name("amendedOrder"), record, *listing);
        });
      });
}

/// Less of an order that keeps its place.
Result<> reduce_order(const RestParts& parts, const RestCall& call, Parameters& parameters,
                      Response& response) {
  MS_TRY(auto listing, named_listing(parts, parameters));
  MS_TRY(const auto name, order_name(call, *listing, parameters));
  MS_TRY(const auto text, parameters.required("newQty"));
  Quantity wanted;
  const DecimalFault fault = listing->quantity(text, wanted);
  if (fault != DecimalFault::none) return decimal_error("newQty", text, fault, "LOT_SIZE");
  MS_TRY_VOID(parameters.all_read());
  make_smaller(parts.venue, {name, wanted}, listing, Pending{response, call});
  return {};
}

// --- many orders
// -----------------------------------------------------------------------------------

using Records = std::vector<OrderRecord>;

void append_records(std::string& out, const Records& records, const Listings& listings) {
  out.push_back('[');
  for (const OrderRecord& record : records) {
    const Listing* const listing = listings.find(record.placed.symbol);
    if (listing == nullptr) continue;
    if (out.back() != '[') out.push_back(',');
    append_order(out, record, *listing);
  }
  out.push_back(']');
}

std::uint32_t open_orders_weight(Parameters& parameters) {
  return parameters.has("symbol") ? 6 : 80;
}

Result<> open_orders(const RestParts& parts, const RestCall& call, Parameters& parameters,
                     Response& response) {
  NamedListing listing;
  listing.all = parts.directory.current();
  if (parameters.has("symbol")) {
    MS_TRY(listing, named_listing(parts, parameters));
  }
  MS_TRY_VOID(parameters.all_read());
  std::optional<SymbolId> symbol;
  if (listing.listing != nullptr) symbol = listing->definition.id;
  return look(
      parts, call, response,
      [account = call.account, symbol](const Views& views) -> Result<Records> {
        Records out;
        const OrderQuery query{.symbol = symbol, .max = Limits::open_orders_max};
        for (const OrderRecord* one : views.orders.live(account, query)) out.push_back(*one);
        std::ranges::reverse(out);  // the oldest first
        return out;
      },
      [all = listing.all](std::string& out, const Records& records) {
        append_records(out, records, *all);
      });
}

Result<> cancel_open_orders(const RestParts& parts, const RestCall& call, Parameters& parameters,
                            Response& response) {
  MS_TRY(auto listing, named_listing(parts, parameters));
  MS_TRY_VOID(parameters.all_read());
  MassCancel all;
  all.symbol = listing->definition.id;
  all.any_symbol = false;
  Pending pending{response, call};
  (void)parts.venue.submit(
      call.account, all, [pending = std::move(pending), listing](const Outcome& outcome) mutable {
        Records canceled;
        for (const Event& event : outcome.events) {
          if (event.kind != EventKind::canceled) continue;
          const OrderRecord* const record = outcome.views.orders.order(event.order);
          if (record != nullptr) canceled.push_back(*record);
        }
        if (canceled.empty()) return pending.refuse(ApiErrc::cancel_rejected);
        pending.complete([canceled = std::move(canceled), listing](Response& answer) {
          std::string& out = answer.body();
          out.push_back('[');
          for (const OrderRecord& record : canceled) {
            if (out.back() != '[') out.push_back(',');
            append_canceled(out, record, *listing, {});
          }
          out.push_back(']');
        });
      });
  return {};
}

/// By id; beyond the query's bound the oldest or the newest.
Records records_of(const Views& views, AccountId account, const OrderQuery& query) {
  std::vector<const OrderRecord*> found = views.orders.live(account, query);
  OrderQuery any_number = query;  // these are few, but by another order
  any_number.max = SIZE_MAX;
  std::ranges::copy(views.orders.finished(account, any_number), std::back_inserter(found));
  std::ranges::sort(found, {}, [](const OrderRecord* one) { return one->placed.id; });
  keep_at_most(found, query.max, query.oldest);
  Records out;
  for (const OrderRecord* one : found) out.push_back(*one);
  return out;
}

Result<> all_orders(const RestParts& parts, const RestCall& call, Parameters& parameters,
                    Response& response) {
  MS_TRY(auto listing, named_listing(parts, parameters));
  OrderQuery query{.symbol = listing->definition.id};
  MS_TRY(query.max, limit_parameter(parameters, 500, Limits::rows_max));
  MS_TRY(const auto from_id, parameters.number("orderId"));
  MS_TRY(const auto from, time_parameter(parameters, "startTime"));
  MS_TRY(const auto to, time_parameter(parameters, "endTime"));
  query.from = OrderId{from_id.value_or(0)};
  query.created_from = from.value_or(query.created_from);
  query.created_to = to.value_or(query.created_to);
  query.oldest = from_id.has_value() || from.has_value();
  MS_TRY_VOID(parameters.all_read());
  return look(
      parts, call, response,
      [account = call.account, query](const Views& views) -> Result<Records> {
        return records_of(views, account, query);
      },
      [all = listing.all](std::string& out, const Records& records) {
        append_records(out, records, *all);
      });
}

constexpr std::array order_table{
    RestRoute{Method::post, "/api/v3/order", 1, Security::account, place_order, true},
    RestRoute{Method::post, "/api/v3/order/test", 1, Security::account, test_order, false,
              test_order_weight},
    RestRoute{Method::get, "/api/v3/order", 4, Security::account, query_order},
    RestRoute{Method::delete_, "/api/v3/order", 1, Security::account, cancel_order},
    RestRoute{Method::put, "/api/v3/order/amend/keepPriority", 4, Security::account, reduce_order},
    RestRoute{Method::get, "/api/v3/openOrders", 6, Security::account, open_orders, false,
              open_orders_weight},
    RestRoute{Method::delete_, "/api/v3/openOrders", 1, Security::account, cancel_open_orders},
    RestRoute{Method::get, "/api/v3/allOrders", 20, Security::account, all_orders}};

}  // namespace

std::span<const RestRoute> order_routes() { return order_table; }

}  // namespace mainstay::exchange
