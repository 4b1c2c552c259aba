#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <variant>

#include "apps/exchange/fundamental.hpp"

namespace mainstay::exchange {

/// The id that a client gave an order: at most 36 printable characters; empty for none. Unique
/// among the live orders of an account.
class ClientOrderId {
 public:
  static constexpr std::size_t size_max = 36;
  ClientOrderId() = default;
  /// Cut at size_max: doors refuse longer ones.
  explicit ClientOrderId(std::string_view text);
  [[nodiscard]] std::string_view text() const { return {text_.data(), size_}; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  bool operator==(const ClientOrderId& other) const { return text() == other.text(); }

 private:
  std::array<char, size_max> text_{};
  std::uint8_t size_ = 0;
};

enum class OrderType : std::uint8_t { limit, market, stop, stop_limit };
enum class TimeInForce : std::uint8_t { gtc, day, gtd, ioc, fok };
enum class PostOnly : std::uint8_t { no, reject, slide };
/// What happens when an order would trade with another of its account; the taker's mode governs.
enum class SelfTrade : std::uint8_t { allow, cancel_taker, cancel_maker, cancel_both, decrement };

struct PlaceOrder {
  OrderId id{};  // given by whoever submits; the venue takes the command's sequence
  SymbolId symbol{};
  Side side = Side::buy;
  OrderType type = OrderType::limit;
  TimeInForce tif = TimeInForce::gtc;
  PostOnly post_only = PostOnly::no;
  SelfTrade self_trade = SelfTrade::allow;
  bool hidden = false;
  Price price{};        // of limit and stop_limit
  Price trigger{};      // of stop and stop_limit: the last trade's price that makes it active
  Quantity quantity{};  // in all; 0 only with a budget
  Quantity display{};   // iceberg: how much is shown at a time; 0: all
  Amount budget = 0;    // of a market buy without a quantity: at most so much of the quote asset
  Time expires{};       // of gtd
  std::uint32_t session = 0;  // whose end cancels it (mass_cancel by session); 0: none
  ClientOrderId client{};

  /// What is left of such an order no event says: only its end.
  [[nodiscard]] bool is_by_budget() const { return budget != 0; }
};

struct CancelOrder {
  OrderId id{};
};

/// Takes `by` away and keeps the order's place; at least what is left of it: cancels it.
struct ReduceOrder {
  OrderId id{};
  Quantity by{};
};

/// Another price, quantity or trigger. A smaller quantity at the same price keeps the place; all
/// else loses it, and may trade at once.
struct AmendOrder {
  OrderId id{};
  Price price{};           // 0: as it is
  Price trigger{};         // 0: as it is; of stops that still wait
  Quantity quantity{};     // in all, what has traded included; 0: as it is
  ClientOrderId client{};  // empty: as it is
  /// The quantity alone, and only if that is less than it is by then: a reduction that says how
  /// much is to be, not how much goes, and that is taken wherever ReduceOrder is.
  bool only_less = false;
};

/// Cancels the live orders of the command's account that fit all that is said, in the order of
/// their ids; account 0: of all accounts.
struct MassCancel {
  SymbolId symbol{};
  bool any_symbol = true;
  bool any_side = true;
  Side side = Side::buy;
  std::uint32_t session = 0;  // 0: any
};

/// A trading day: closed -> opening_call -> continuous -> closing_call -> closed, though any phase
/// may follow any. A call that ends in `continuous` or `closed` uncrosses the book, and so does
/// what else leads into `continuous`. Leading into `closed` ends DAY orders. `halted` takes cancels
/// only; `volatility_call` is an auction that the engine begins itself when a price leaves its
/// band, and ends by time. Stops become active in `continuous` alone: else they wait for the price
/// with which it begins. In a call nobody takes: post-only and self-trade prevention mean nothing
/// there, and hidden orders that rest take part.
enum class Phase : std::uint8_t {
  closed,
  opening_call,
  continuous,
  volatility_call,
  closing_call,
  halted
};

struct SetPhase {
  SymbolId symbol{};
  Phase phase = Phase::continuous;
};

/// Time has passed: orders expire, volatility calls end. An order whose time is over does not
/// trade, be it still there because nobody has told the time since.
struct AdvanceTime {};

/// The account's balance changes by `amount` (deposit, withdrawal, primary allocation). `reference`
/// makes it happen once: 0 for none, else the same one of the account is refused as repeated, as
/// long as it is among the newest EngineOptions::references_kept of all accounts. No more than what
/// is free can be withdrawn. Suspended accounts too.
struct AdjustBalance {
  AssetId asset{};
  Amount amount = 0;
  std::uint64_t reference = 0;
};

struct Name {
  static constexpr std::size_t size_max = 16;
  Name() = default;
  explicit Name(std::string_view text);  // cut at size_max
  [[nodiscard]] std::string_view text() const { return {chars.data(), size}; }
  std::array<char, size_max> chars{};
  std::uint8_t size = 0;
};

/// Ids of assets and symbols are below 65,536, names unique. Name and decimals of an id stay as
/// they are: who finds it taken by another name looks for a free one again.
struct DefineAsset {
  AssetId id{};
  Name name;                  // "USD"
  std::uint8_t decimals = 2;  // of one whole unit, for people
};

/// The tick from a price on: prices between must be multiples of it.
struct TickStep {
  Price from{};
  std::uint32_t tick = 1;
};

/// Rates are in millionths of the notional; bands in basis points of the reference price.
struct SymbolRules {
  static constexpr std::size_t tick_steps_max = 8;
  Amount lot_base = 1;    // units of the base asset in a lot
  Amount tick_quote = 1;  // units of the quote asset for a lot at a price of one tick
  std::array<TickStep, tick_steps_max> ticks{};  // ascending; the first from 0
  std::uint8_t tick_steps = 1;
  Quantity quantity_min{1};
  Quantity quantity_max{0xFFFFFFFFU};
  Quantity quantity_step{1};
  Amount notional_min = 0;
  Amount notional_max = 0;           // 0: none
  std::int32_t maker_fee = 0;        // negative: a rebate
  std::int32_t taker_fee = 0;        // at least -maker_fee, so that a trade never costs the venue
  std::uint32_t static_band_bp = 0;  // around the last auction's price: beyond, an order is refused
  std::uint32_t dynamic_band_bp =
      0;  // around the last trade: a trade beyond begins a volatility call
  std::uint32_t market_collar_bp =
      0;  // how far from the best opposite price a market order goes; 0: any
  std::int64_t volatility_call_ns = 0;  // how long that lasts; 0: until SetPhase
};

/// Again for a known symbol: its rules may change, also while orders rest, except lot_base and
/// tick_quote, and neither may name and assets; phase and reference are left alone. New rules are
/// for new orders; but buys hold by new fees at once, and one whose account has not enough for that
/// is canceled (funds).
struct DefineSymbol {
  SymbolId id{};
  Name name;  // "ARTUSD"
  AssetId base{};
  AssetId quote{};
  Price reference{};                // what bands and auctions begin with; 0: none
  Phase phase = Phase::continuous;  // of a new one; no volatility_call
  SymbolRules rules{};
};

/// A trade did not happen: both legs go back, fees too. The log is never rewritten. All that goes
/// back must be free, else balance_insufficient: the operator deposits what is missing first.
struct BustTrade {
  SymbolId symbol{};
  TradeId trade{};
};

/// Suspended accounts may cancel and reduce only; their live orders are canceled.
struct SuspendAccount {
  bool suspended = true;
};

using CommandBody =
    std::variant<PlaceOrder, CancelOrder, ReduceOrder, AmendOrder, MassCancel, SetPhase,
                 AdvanceTime, AdjustBalance, DefineAsset, DefineSymbol, BustTrade, SuspendAccount>;

struct Command {
  Sequence sequence = 0;
  Time at{};            // never before the one before
  AccountId account{};  // whose orders and balance; of an operator's command 0 may act on any order
  CommandBody body;
  std::uint64_t origin =
      0;  // a mark by which a door knows what it submitted; nothing to the engine
};

}  // namespace mainstay::exchange
