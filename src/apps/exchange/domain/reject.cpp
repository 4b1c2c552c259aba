#include "apps/exchange/domain/reject.hpp"

#include <algorithm>
#include <array>

namespace mainstay::exchange {
namespace {

struct Row {
  Reject reject;
  std::string_view name;
  std::string_view text;
};

constexpr std::array rows{
    Row{Reject::none, "none", "Nothing is wrong."},
    Row{Reject::order_unknown, "order_unknown", "There is no live order of that id."},
    Row{Reject::order_id_taken, "order_id_taken", "A live order has that id."},
    Row{Reject::client_order_id_taken, "client_order_id_taken",
        "A live order of the account has that client order id."},
    Row{Reject::quantity_zero, "quantity_zero", "The quantity must not be zero."},
    Row{Reject::price_missing, "price_missing", "A limit order needs a price."},
    Row{Reject::trigger_missing, "trigger_missing", "A stop order needs a stop price."},
    Row{Reject::combination_unsupported, "combination_unsupported",
        "These properties of an order do not go together."},
    Row{Reject::expiry_in_the_past, "expiry_in_the_past", "The order would expire at once."},
    Row{Reject::not_the_owner, "not_the_owner", "The order belongs to another account."},
    Row{Reject::reference_repeated, "reference_repeated",
        "A balance was adjusted under that reference before."},
    Row{Reject::nothing_to_change, "nothing_to_change", "The amendment changes nothing."},
    Row{Reject::quantity_below_traded, "quantity_below_traded",
        "At least that quantity has traded already."},
    Row{Reject::trade_unknown, "trade_unknown",
        "There is no such trade, it is too old, or it was busted before."},
    Row{Reject::definition_invalid, "definition_invalid",
        "The definition contradicts itself or what is there, or begins in a volatility call."},
    Row{Reject::orders_too_many, "orders_too_many", "Too many live orders."},
    Row{Reject::id_taken, "id_taken", "An asset or symbol of another name has that id."},
    Row{Reject::symbol_unknown, "symbol_unknown", "There is no such symbol."},
    Row{Reject::asset_unknown, "asset_unknown", "There is no such asset."},
    Row{Reject::symbol_closed, "symbol_closed", "The symbol's market is closed."},
    Row{Reject::symbol_halted, "symbol_halted", "Trading in the symbol is halted."},
    Row{Reject::tick_invalid, "tick_invalid", "The price is no multiple of the tick there."},
    Row{Reject::quantity_below_min, "quantity_below_min", "The quantity is too small."},
    Row{Reject::quantity_above_max, "quantity_above_max", "The quantity is too large."},
    Row{Reject::quantity_step_invalid, "quantity_step_invalid",
        "The quantity is no multiple of the step."},
    Row{Reject::notional_below_min, "notional_below_min", "Price times quantity is too small."},
    Row{Reject::notional_above_max, "notional_above_max", "Price times quantity is too large."},
    Row{Reject::price_outside_band, "price_outside_band",
        "The price is too far from the reference price."},
    Row{Reject::not_in_a_call, "not_in_a_call",
        "During an auction's call there are no such orders."},
    Row{Reject::balance_insufficient, "balance_insufficient",
        "The account has too little of the asset."},
    Row{Reject::overflow, "overflow", "Price times quantity is beyond what an amount can hold."},
    Row{Reject::would_take, "would_take", "The order is post-only and would trade at once."},
    Row{Reject::not_filled_wholly, "not_filled_wholly", "The order cannot be filled wholly."},
    Row{Reject::no_liquidity, "no_liquidity", "Nobody is on the other side."},
    Row{Reject::self_trade, "self_trade", "The order would trade with one of its own account."},
    Row{Reject::trigger_passed, "trigger_passed", "The stop price has been passed already."},
    Row{Reject::account_unknown, "account_unknown", "There is no such account."},
    Row{Reject::account_suspended, "account_suspended", "The account may cancel orders only."},
};

const Row& row(Reject reject) {
  const auto* found = std::ranges::find(rows, reject, &Row::reject);
  return found == rows.end() ? rows[0] : *found;
}

}  // namespace

std::string_view name(Reject reject) { return row(reject).name; }
std::string_view text(Reject reject) { return row(reject).text; }

}  // namespace mainstay::exchange
