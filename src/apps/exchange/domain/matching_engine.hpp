#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "apps/exchange/domain/amounts.hpp"
#include "apps/exchange/domain/book.hpp"
#include "apps/exchange/domain/engine_impl.hpp"
#include "apps/exchange/domain/ledger.hpp"
#include "apps/exchange/domain/order_table.hpp"
#include "apps/exchange/domain/reference_log.hpp"
#include "apps/exchange/domain/saved_state.hpp"
#include "apps/exchange/domain/trade_log.hpp"
#include "base/check.hpp"

namespace mainstay::exchange {

/// Iceberg orders are shown in at most so many slices: a bound on what one command sets off.
inline constexpr std::uint32_t iceberg_slices_max = 100;
/// During a call, what an auction would give is told after each command while at most so many
/// levels of a side could trade; with more it is told when time advances.
inline constexpr std::size_t indicative_levels_max = 1'000;
/// Symbols and assets are found by their number.
inline constexpr std::uint32_t ids_max = 65'536;

/// How many orders share a leaf of a ladder, at a guess, and how many are made beforehand at most.
inline constexpr std::size_t orders_a_leaf = 16;
inline constexpr std::size_t leaves_reserved_max = 8'192;

/// Whether hints to the processor's caches are worth their while.
template <class Ladder>
inline constexpr bool has_hints = requires(const Ladder& ladder) { ladder.prefetch(Price{}); };

/// The engine over one kind of ladder (docs/adr/0029). Its parts, in reading order:
/// matching_engine_place.hpp (what is checked, and new orders), _match (trades), _change (cancel,
/// reduce, amend), _stops, _phases (calls, auctions, time), _operate (definitions, balances,
/// busts), _state (saving and hashing), _views.
template <class Ladder>
class MatchingEngine final : public Engine::Impl {
 public:
  explicit MatchingEngine(const EngineOptions& options)
      : options_(options), trades_(options.trades_kept), references_(options.references_kept) {
    if (options.orders_expected == 0) return;
    orders_.reserve(std::min(options.orders_expected, options.orders_max));
    trades_.reserve();
    if constexpr (requires { shelf_.reserve(1); }) {
      shelf_.reserve(std::min(options.orders_expected / orders_a_leaf, leaves_reserved_max));
    }
  }

  void apply(const Command& command, Events& events) override;
  void set_limits(OrderLimits limits) override {
    options_.orders_max = limits.orders_max;
    options_.orders_per_account_max = limits.orders_per_account_max;
  }
  void expect(const Expected& coming) override;
  [[nodiscard]] std::size_t live_orders() const override { return orders_.size(); }
  [[nodiscard]] Sequence last_sequence() const override { return sequence_; }
  [[nodiscard]] Time last_time() const override { return now_; }

  [[nodiscard]] std::uint64_t state_hash() const override;
  void save(std::string& out) const override;
  Result<> load(Bytes saved) override;

  [[nodiscard]] std::vector<SymbolView> symbols() const override;
  [[nodiscard]] std::optional<SymbolView> symbol(SymbolId id) const override;
  [[nodiscard]] std::vector<DefineAsset> assets() const override;
  [[nodiscard]] Balance balance(AccountId account, AssetId asset) const override;
  [[nodiscard]] bool has_account(AccountId account) const override;
  [[nodiscard]] DepthLevel best(SymbolId symbol, Side side) const override;
  [[nodiscard]] std::optional<AuctionOutcome> indicative(SymbolId symbol) const override;
  void depth(SymbolId symbol, Side side, std::size_t levels_max,
             std::vector<DepthLevel>& out) const override;
  [[nodiscard]] std::optional<OrderView> order(OrderId id) const override;
  [[nodiscard]] std::optional<OrderId> find(AccountId account,
                                            const ClientOrderId& client) const override;
  [[nodiscard]] std::vector<OrderView> orders(AccountId account,
                                              std::size_t orders_max) const override;
  [[nodiscard]] Reject check(const PlaceOrder& order) const override;
  [[nodiscard]] std::pair<std::int64_t, std::uint64_t> total(AssetId asset) const override;

 private:
  using OneBook = Book<Ladder>;

  /// What is known so far of a command that comes.
  struct Coming {
    OrderId order{};
    AccountId account{};
    std::uint32_t symbol = 0;
    Price price{};
    std::uint32_t side = 0;
    std::uint32_t placed = 0;  // all bits: an order comes
    Slot slot = 0;             // of its order, or any
    const Ladder* ladder = nullptr;
  };
  using Owner = Ledger::Index;

  /// An order on its way through the other side of the book.
  struct Taker {
    OrderId id{};
    Owner owner = 0;
    Side side = Side::buy;
    SelfTrade self_trade = SelfTrade::allow;
    bool market = false;
    bool by_budget = false;
    Price limit{};
    std::uint32_t left = 0;       // lots; of a budget as many as there can be
    std::uint32_t prevented = 0;  // taken away by self-trade prevention
    Amount notional = 0;          // of buys: what the hold is for
    bool traded = false;
  };
  /// Why a taker went no further.
  enum class End : std::uint8_t { filled, nobody, limit, band, self_trade, funds, spent };
  /// What a taker would find.
  struct Reach {
    std::uint64_t lots = 0;
    WideAmount notional = 0;
    bool own = false;  // met an order of its account, which it may not trade with
  };
  struct Deal {
    Price price{};
    std::uint32_t quantity = 0;
    Owner buyer = 0;
    Owner seller = 0;
    Amount buyer_notional = 0;  // what the buyer's hold is for, and by how much that shrinks
    Amount buyer_step = 0;
    std::int32_t buyer_rate = 0;
    std::int32_t seller_rate = 0;
    Amount buyer_fee = 0;  // out
    Amount seller_fee = 0;
  };
  enum class Unable : std::uint8_t { nobody, buyer, seller };

  // --- apply
  template <class Body>
  void reject(const Command& command, const Body& body, Reject reason);
  void end_command(bool time_advanced);
  Event& emit(EventKind kind) {
    Event& event = events_->append();
    event.kind = kind;
    return event;
  }
  Event& emit(EventKind kind, const OneBook& book, OrderId id, Owner owner, Side side);
  Event& emit(EventKind kind, Slot slot);
  OneBook* book_of(SymbolId id) const {
    return id.get() < books_.size() ? books_[id.get()].get() : nullptr;
  }
  OneBook& book_of(const OrderNode& node) { return *books_[node.symbol]; }
  Reject check_account(AccountId id, Owner& owner) const;
  static Reject check_open(const OneBook& book);

  // --- expect
  void find_order(Coming& coming) const;
  void find_ladder(Coming& coming) const;

  // --- place
  Reject carry_out(const Command& command, const PlaceOrder& order);
  Reject check_any(const OneBook& book, const PlaceOrder& order, Price& valued_at) const;
  static Reject check_plain(const OneBook& book, const PlaceOrder& order);
  static Reject check_shape(const PlaceOrder& order, Time now);
  static Reject check_combination(const PlaceOrder& order);
  static Reject check_phase(const OneBook& book, const PlaceOrder& order);
  static Reject check_price(const OneBook& book, Price price);
  static Reject check_value(const OneBook& book, Price price, Quantity quantity);
  static Reject check_rules(const OneBook& book, const PlaceOrder& order, Price valued_at);
  static Reject check_band(const OneBook& book, Price price);
  Reject check_identity(const PlaceOrder& order, Owner owner) const;
  Reject check_post_only(OneBook& book, Side side, PostOnly mode, Quantity quantity,
                         Price& price) const;
  Reject check_matching(OneBook& book, const PlaceOrder& order, Taker& taker);
  Reject check_whole(OneBook& book, const Taker& taker);
  Price collar(OneBook& book, Side side);
  Reject prepare_hold(OneBook& book, Taker& taker, Price price, Amount budget, Amount& amount);
  Reject prepare_plain_hold(const OneBook& book, Taker& taker, Amount& amount, Holding*& pays);
  void announce(const OneBook& book, const PlaceOrder& order, Owner owner, Price price);
  void place_waiting(OneBook& book, const PlaceOrder& order, Owner owner);
  void place_active(OneBook& book, const PlaceOrder& order, Taker& taker);
  Slot add_order(OneBook& book, const PlaceOrder& order, Owner owner, Price price,
                 std::uint32_t left, Quantity quantity, std::uint8_t flags);

  // --- match
  static End look_at_best(OneBook& book, const Taker& taker);
  End match(OneBook& book, Taker& taker);
  [[gnu::always_inline]] inline End trade(OneBook& book, Taker& taker, Ladder& ladder, Slot maker);
  [[gnu::always_inline]] inline Unable settle(OneBook& book, Deal& deal);
  void shrink(OneBook& book, Ladder& ladder, Slot slot, std::uint32_t by);
  void look_at_front(const Ladder& ladder) const;
  bool prevent(OneBook& book, Taker& taker, Ladder& ladder, Slot maker);
  std::uint32_t affordable(const OneBook& book, const Taker& taker, Price price,
                           std::uint32_t wanted) const;
  bool is_spent(const OneBook& book, const Taker& taker, Slot slot) const;
  Reach reach(OneBook& book, const Taker& taker);
  bool reach_queue(const Ladder& ladder, Price price, const Taker& taker, std::uint64_t wanted,
                   std::uint64_t& lots, Reach& out) const;
  static std::optional<CancelCause> why_gone(const Taker& taker, End end, TimeInForce tif);
  void give_back(OneBook& book, const Taker& taker);
  void begin_trading(OneBook& book);
  void record(const OneBook& book, const Deal& deal, const Event& traded);

  // --- resting orders
  void rest(OneBook& book, Slot slot, std::uint32_t left);
  void leave_book(OneBook& book, Slot slot);
  void cancel(Slot slot, CancelCause cause);
  void forget(OneBook& book, Slot slot);
  [[nodiscard]] Price held_price(Slot slot) const;
  [[nodiscard]] Amount held_for(const OneBook& book, Slot slot, std::uint32_t left) const;
  void move_hold(const OneBook& book, Owner owner, Side side, Amount change);
  void touch(const OneBook& book) {
    if (is_call(book.phase())) touched_.push_back(book.definition.id);
  }

  // --- change
  struct Amendment {
    Price price{};
    Price trigger{};
    Quantity quantity{};
    std::uint32_t left = 0;
    bool keeps_place = false;
  };
  Reject carry_out(const Command& command, const CancelOrder& body);
  Reject carry_out(const Command& command, const ReduceOrder& body);
  Reject carry_out(const Command& command, const AmendOrder& body);
  Reject carry_out(const Command& command, const MassCancel& body);
  Reject find_own(const Command& command, OrderId id, bool cancels, Slot& slot) const;
  void reduce(OneBook& book, Slot slot, std::uint32_t by);
  Reject make_smaller(const Command& command, const AmendOrder& body);
  Reject check_amendment(OneBook& book, Slot slot, const AmendOrder& body, Amendment& out) const;
  Reject check_moved(OneBook& book, Slot slot, const AmendOrder& body, Amendment& amendment,
                     Amount& more) const;
  void move(OneBook& book, Slot slot, const Amendment& amendment);
  void run_taker(OneBook& book, Slot slot, Taker& taker);
  void collect(const OneBook& book, std::vector<Slot>& out) const;
  void cancel_all(std::vector<Slot>& slots, CancelCause cause);

  // --- stops
  void run_stops(OneBook& book);
  void activate(OneBook& book, Slot slot);
  void drop(OneBook& book, Slot slot, const Taker& taker, CancelCause cause);

  // --- views
  [[nodiscard]] OrderView view(Slot slot) const;
  static SymbolView view(const OneBook& book);

  // --- phases
  Reject carry_out(const Command& command, const SetPhase& body);
  Reject carry_out(const Command& command, const AdvanceTime& body);
  void enter(OneBook& book, Phase phase);
  void begin_volatility_call(OneBook& book);
  AuctionOutcome uncross(OneBook& book);
  std::uint64_t trade_auction(OneBook& book, const AuctionOutcome& outcome);
  bool trade_pair(OneBook& book, Price price, std::uint32_t& left);
  std::optional<AuctionOutcome> look_at_auction(OneBook& book, std::size_t levels_max);
  void expire_due();
  void expire_day(OneBook& book);
  void tell_indicative(OneBook& book, const AuctionOutcome& outcome);

  // --- operate
  Reject carry_out(const Command& command, const AdjustBalance& body);
  Reject carry_out(const Command& command, const DefineAsset& body);
  Reject carry_out(const Command& command, const DefineSymbol& body);
  Reject carry_out(const Command& command, const BustTrade& body);
  Reject carry_out(const Command& command, const SuspendAccount& body);
  Reject redefine(OneBook& book, const DefineSymbol& body);
  void tell_busted(const OneBook& book, const KeptTrade& trade);
  void change_hold_rate(OneBook& book, std::int32_t rate);

  // --- state
  /// Calls `drain` between pieces: it may take away what is in `out`.
  template <class Drain>
  void write_state(std::string& out, Drain drain) const;
  template <class Drain>
  void write_orders(StateWriter& out, const OneBook& book, Drain drain) const;
  void write_order(StateWriter& out, Slot slot) const;
  [[nodiscard]] std::vector<Owner> owners_by_id() const;
  void read_state(StateReader& in);
  void read_account(StateReader& in);
  void read_book(StateReader& in);
  void read_order(StateReader& in, OneBook& book, bool hidden, bool waits, Side side);
  void read_trade(StateReader& in);

  EngineOptions options_;
  Sequence sequence_ = 0;
  Time now_{};
  Ledger ledger_;
  OrderTable orders_;
  typename Ladder::Shelf shelf_;
  std::vector<std::unique_ptr<OneBook>> books_;  // by symbol
  std::map<AssetId, DefineAsset> assets_;
  TradeLog trades_;
  ReferenceLog references_;
  std::set<std::pair<Time, SymbolId>> calls_;  // volatility calls, by their ends
  std::set<SymbolId> untold_;                  // whose indicative event waits for time to advance

  std::array<Coming, 16> coming_{};  // a ring
  std::size_t coming_next_ = 0;

  // Of one command; kept for their memory.
  Events* events_ = nullptr;
  std::vector<SymbolId> touched_;  // books in a call that changed
  std::vector<Slot> slots_;
  std::vector<StopList::Waiting> reached_;
  std::vector<AuctionLevel> buy_levels_;
  std::vector<AuctionLevel> sell_levels_;
};

}  // namespace mainstay::exchange
