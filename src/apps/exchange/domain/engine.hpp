#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/exchange/domain/auction.hpp"
#include "apps/exchange/domain/command.hpp"
#include "apps/exchange/domain/event.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"

namespace mainstay::exchange {

struct Balance {
  Amount free = 0;
  Amount held = 0;  // for orders that rest
};

struct DepthLevel {
  Price price{};
  std::uint64_t quantity = 0;  // shown lots
  std::uint32_t orders = 0;    // shown
};

/// A live order, or one that waits for its trigger.
struct OrderView {
  PlaceOrder placed;  // as accepted and amended: its quantity is all of it
  AccountId account{};
  Quantity left{};     // hidden parts included
  bool waits = false;  // for its trigger
  Time at{};
};

struct SymbolView {
  DefineSymbol definition;  // its phase and reference are the current ones
  Price last{};             // the last trade's; 0: none
  Price reference{};        // of the static band
  std::uint64_t live_orders = 0;
};

/// Which ladder (order_ladder.hpp) the books are made of: the fast one, or the one that is easy to
/// believe. Both give the same events and the same state_hash().
enum class BookKind : std::uint8_t { fast, naive };

struct EngineOptions {
  BookKind book = BookKind::fast;
  std::size_t orders_max = 16U << 20U;           // live ones; beyond, orders_too_many
  std::size_t orders_per_account_max = 100'000;  // likewise
  std::size_t trades_kept = 1U << 20U;           // how far back a trade can be busted
  std::size_t orders_expected = 0;  // memory for so many and for the trades kept is taken at once
  std::size_t references_kept = 1U << 20U;  // of adjusted balances; older ones are forgotten
};

/// How many orders may live: which commands are refused hangs on it.
struct OrderLimits {
  std::size_t orders_max = 0;
  std::size_t orders_per_account_max = 0;
  bool operator==(const OrderLimits&) const = default;
};

/// A command that comes soon, as far as it tells what it touches.
struct Expected {
  OrderId order{};
  bool places = false;  // an order: what follows counts then
  AccountId account{};
  SymbolId symbol{};
  Side side = Side::buy;
  Price price{};
};

/// All accounts and all books: one deterministic state machine. The same commands in the same order
/// give the same events and the same state, on any machine: time comes with the command, nothing
/// depends on an address or on the order of a hash table, and there are no floats.
///
/// Money: `free + held` of all accounts, the venue's own account 0 included (fees), changes by
/// AdjustBalance alone; nothing of it is ever negative. A live order holds what it needs: a sell
/// its base lots, a buy price x quantity and the highest fee on that; a stop that becomes a market
/// order its quantity at the trigger. A market buy needs what it will cost as the book is, with the
/// fee. Fees are of the quote asset; they round up and rebates down, but a buyer never pays more
/// than its hold has for that part. In an auction both sides pay the maker's fee, and no rebate.
///
/// What is wrong is looked for in this order, and the first finding is the answer. PlaceOrder:
/// account 501, 502; symbol 201; shape 104, 105, 106, 107, 108; phase 202, 203, 212; of market
/// orders 403; rules: tick 205, quantity 206, 207, 208 (the iceberg's slice too), 302, notional
/// 209, 210, band 211; identity 102, 103, 115; matching 405 of stops, 401, of what slides 302, 209,
/// 210, 211 at the price it slides to, of FOK 404 or 402; last the balance: 302 with the fee, 301.
/// CancelOrder, ReduceOrder: 501, 101, 109, then 104, 208. AmendOrder: 501, 502, 101, 109; 202,
/// 203; 107; 111; 112; 103; 206, 207, 208; then, where it loses its place, 205, 107 (too many
/// slices), 302, 209, 210, 211, 405 or 401 (and behind it what slides), 301. One that is to be
/// only_less is a reduction: 501, 101, 109; 107, 111, 112, 208. A suspended account may cancel and
/// reduce. Closed and halted markets take cancels, reductions and mass cancels only.
///
/// One thread at a time.
class Engine {
 public:
  explicit Engine(EngineOptions options);
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  /// Carries the command out and appends what happened, in order: `rejected` and nothing else, or
  /// what it did. Its sequence must be the next (checked: the process ends). An account comes into
  /// being with its first AdjustBalance.
  void apply(const Command& command, Events& events);

  /// In the place of the options', from here on. Whoever carries commands out again has to say it
  /// between the same two.
  void set_limits(OrderLimits limits);

  /// Says which command comes `expected_ahead` behind the one that is applied next, so that what it
  /// touches is on its way to the processor's caches. Changes nothing that shows, and need not be
  /// said; pays when many orders live, if it is said of each.
  void expect(const Expected& coming);
  static constexpr std::size_t expected_ahead = 16;
  [[nodiscard]] std::size_t live_orders() const;

  [[nodiscard]] Sequence last_sequence() const;
  [[nodiscard]] Time last_time() const;
  /// Of everything that later commands can tell apart.
  [[nodiscard]] std::uint64_t state_hash() const;

  /// The whole state, in a format of its own with a version, and its hash behind it. load() refuses
  /// what does not give that hash. Options are no part of it: whoever goes on with others (fewer
  /// trades kept, fewer orders) goes on differently.
  void save(std::string& out) const;
  static Result<Engine> load(Bytes saved, EngineOptions options);

  // --- looking, between commands
  // ------------------------------------------------------------------

  [[nodiscard]] std::vector<SymbolView> symbols() const;
  [[nodiscard]] std::optional<SymbolView> symbol(SymbolId id) const;
  [[nodiscard]] std::vector<DefineAsset> assets() const;
  [[nodiscard]] Balance balance(AccountId account, AssetId asset) const;
  [[nodiscard]] bool has_account(AccountId account) const;
  /// What is shown at the best price; nothing: price 0.
  [[nodiscard]] DepthLevel best(SymbolId symbol, Side side) const;
  /// Best first, at most `levels_max`; replaces what is in `out`.
  void depth(SymbolId symbol, Side side, std::size_t levels_max,
             std::vector<DepthLevel>& out) const;
  /// In a call: what an uncross now would trade, and at which price. Nothing outside of calls, and
  /// while more than 1,000 levels of a side could trade.
  [[nodiscard]] std::optional<AuctionOutcome> indicative(SymbolId symbol) const;
  [[nodiscard]] std::optional<OrderView> order(OrderId id) const;
  /// By client id among the account's live orders.
  [[nodiscard]] std::optional<OrderId> find(AccountId account, const ClientOrderId& client) const;
  /// The account's live orders by id, at most `orders_max`.
  [[nodiscard]] std::vector<OrderView> orders(AccountId account, std::size_t orders_max) const;
  /// What is wrong with an order whoever places it: its symbol, shape, phase and rules, as
  /// PlaceOrder would find it now; and 403. Not looked at: account, identity, matching, balance.
  [[nodiscard]] Reject check(const PlaceOrder& order) const;
  /// Sum of free and held over all accounts: for the invariant. 128 bits, high and low.
  [[nodiscard]] std::pair<std::int64_t, std::uint64_t> total(AssetId asset) const;

  struct Impl;  // of either kind of book: engine_impl.hpp

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::exchange
