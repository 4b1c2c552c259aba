#pragma once

#include <cstdint>
#include <string_view>

namespace mainstay::exchange {

/// Why a command was refused; the number is stable and told outside. By hundreds: 1 the command
/// itself, 2 the symbol and its rules, 3 risk, 4 matching, 5 accounts.
enum class Reject : std::uint16_t {
  none = 0,

  order_unknown = 101,
  order_id_taken = 102,
  client_order_id_taken = 103,
  quantity_zero = 104,
  price_missing = 105,
  trigger_missing = 106,
  combination_unsupported = 107,  // e.g. a market order that is post-only, a hidden iceberg
  expiry_in_the_past = 108,
  not_the_owner = 109,
  reference_repeated = 110,
  nothing_to_change = 111,
  quantity_below_traded = 112,  // an amendment to less than what has traded
  trade_unknown = 113,          // or too long ago, or busted before
  definition_invalid = 114,
  orders_too_many = 115,
  id_taken = 116,  // by an asset or symbol of another name

  symbol_unknown = 201,
  asset_unknown = 202,
  symbol_closed = 203,
  symbol_halted = 204,
  tick_invalid = 205,
  quantity_below_min = 206,
  quantity_above_max = 207,
  quantity_step_invalid = 208,
  notional_below_min = 209,
  notional_above_max = 210,
  price_outside_band = 211,
  not_in_a_call = 212,  // IOC, FOK, hidden and market orders in an auction's call

  balance_insufficient = 301,
  overflow = 302,

  would_take = 401,         // post-only
  not_filled_wholly = 402,  // FOK
  no_liquidity = 403,       // a market order and nothing on the other side
  self_trade = 404,
  trigger_passed = 405,  // a stop whose price is there already

  account_unknown = 501,
  account_suspended = 502,
};

/// "balance_insufficient"
std::string_view name(Reject reject);
/// One sentence for people.
std::string_view text(Reject reject);

}  // namespace mainstay::exchange
