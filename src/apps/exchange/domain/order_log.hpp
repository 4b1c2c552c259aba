#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "apps/exchange/domain/command.hpp"
#include "apps/exchange/domain/event.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"

namespace mainstay::exchange {

class StateReader;

enum class OrderStatus : std::uint8_t {
  waiting,  // a stop, for its trigger
  open,     // nothing has traded yet
  partially_filled,
  // finished:
  filled,
  canceled,  // by its owner or an operator
  expired,   // by the rules: its time, IOC's rest, self-trade prevention, a phase
  rejected
};
inline bool is_finished(OrderStatus status) { return status >= OrderStatus::filled; }

/// Why an order that the engine did not take expired: FOK and market orders that find nobody are to
/// their owner what the rest of IOC is, taken and over at once. Nothing: it was refused.
inline std::optional<CancelCause> expiry_cause(Reject reject) {
  if (reject == Reject::self_trade) return CancelCause::self_trade;
  const bool found_nobody = reject == Reject::not_filled_wholly || reject == Reject::no_liquidity;
  return found_nobody ? std::optional{CancelCause::unfilled} : std::nullopt;
}

/// An order, and what became of it up to now.
struct OrderRecord {
  PlaceOrder placed;  // as accepted and amended: its quantity is all of it
  AccountId account{};
  OrderStatus status = OrderStatus::open;
  CancelCause cause{};           // of canceled and expired
  Reject reason = Reject::none;  // of rejected, and of what expired by it
  Quantity left{};               // that rests, or did when it finished
  std::uint64_t executed = 0;    // lots
  std::uint64_t prevented = 0;   // lots that self-trade prevention took away
  Amount quote = 0;              // what the executed lots cost, fees aside
  Amount fees = 0;               // of the quote asset; negative: rebates
  Time created{};
  Time updated{};
  Time working{};  // when it came into the book; 0: not yet
};

/// One account's leg of a trade.
struct Fill {
  TradeId trade{};
  SymbolId symbol{};
  OrderId order{};
  Side side{};
  bool maker = false;
  bool auction = false;
  bool busted = false;
  Price price{};
  Quantity quantity{};
  Amount quote = 0;
  Amount fee = 0;
  Time at{};
};

/// Which of an account's orders are asked for; nothing said: all.
struct OrderQuery {
  std::optional<SymbolId> symbol{};
  OrderId from{};  // this one and those placed behind it
  Time created_from{};
  Time created_to{INT64_MAX};
  std::size_t max = SIZE_MAX;
  bool oldest = false;  // first, and what `max` leaves

  [[nodiscard]] bool wants(const OrderRecord& record) const {
    return (!symbol || record.placed.symbol == *symbol) && record.placed.id >= from &&
           record.created >= created_from && record.created <= created_to;
  }
};

struct OrderLogOptions {
  std::size_t finished_per_account_max = 1'000;
  std::size_t finished_max = 1'000'000;
  std::size_t fills_per_account_max = 1'000;
  std::size_t fills_max = 1'000'000;
};

/// What accounts ask for of their orders: all live ones, the newest finished ones and the newest
/// fills. Beyond a bound of an account its oldest one goes; beyond one of all, the oldest of the
/// account that adds one, so that a busy account does not push out the others' (of one that has
/// none, the oldest of another).
///
/// A projection: the same commands and events give the same records. On the venue's lane.
class OrderLog {
 public:
  explicit OrderLog(OrderLogOptions options = {});

  /// Commands in their order, each with all of its events.
  void on_command(const Command& command, std::span<const Event> events);

  // Null for what is not known, or not any more. Valid until the next command.
  [[nodiscard]] const OrderRecord* order(OrderId id) const;
  /// The account's newest order of that client id.
  [[nodiscard]] const OrderRecord* order(AccountId account, const ClientOrderId& client) const;

  /// By their ids, the newest first unless the query says else. Looks at the account's live orders
  /// until it has enough of those that are wanted. Valid until the next command.
  [[nodiscard]] std::vector<const OrderRecord*> live(AccountId account,
                                                     const OrderQuery& query) const;
  /// By the time they finished, likewise.
  [[nodiscard]] std::vector<const OrderRecord*> finished(AccountId account,
                                                         const OrderQuery& query) const;
  /// The oldest first. Valid until the next command.
  [[nodiscard]] const std::deque<Fill>& fills(AccountId account) const;

  [[nodiscard]] std::size_t orders_known() const { return by_id_.size(); }
  [[nodiscard]] std::size_t finished_known() const { return finished_; }
  [[nodiscard]] std::size_t fills_known() const { return fills_; }

  /// All of it, in a format of its own with a version.
  void save(std::string& out) const;
  static Result<OrderLog> load(Bytes saved, OrderLogOptions options = {});

 private:
  using Slot = std::uint32_t;
  static constexpr Slot none = 0xFFFFFFFFU;

  /// Every record is in one of its account's two lists: of live ones, or of finished ones.
  struct Node {
    OrderRecord record;
    Slot next = none;
    Slot previous = none;
  };
  struct List {
    Slot first = none;  // the oldest
    Slot last = none;
    std::size_t size = 0;
  };
  struct AccountOrders {
    List live;
    List finished;
    std::deque<Fill> fills;
  };
  struct ClientKey {
    AccountId account;
    ClientOrderId client;
    bool operator==(const ClientKey&) const = default;
  };
  struct ClientKeyHash {
    std::size_t operator()(const ClientKey& key) const noexcept;
  };

  void on_placed(const Command& command, const PlaceOrder& placed, const Event& event);
  OrderRecord& name_unless_taken(Slot slot);
  void end_budget(const PlaceOrder& placed);
  void on_event(const Command& command, const Event& event);
  void on_traded(const Command& command, const Event& event);
  void on_busted(const Command& command, const Event& event);
  void take_back(const Fill& leg, AccountId owner);
  [[nodiscard]] Amount quote_of(const Event& trade) const;
  void on_amended(const Command& command, const Event& event, OrderRecord& record);
  void take_client(const Command& command, OrderRecord& record);
  void fill_order(const Fill& fill, Quantity left, AccountId owner);

  OrderRecord* find(OrderId id);
  AccountOrders& account(AccountId id);
  [[nodiscard]] const AccountOrders* known_account(AccountId id) const;
  Slot add(OrderRecord record);
  void finish(OrderRecord& record, OrderStatus status);
  void forget_oldest(AccountOrders& owner);
  void forget_client(Slot slot);
  void add_fill(AccountId owner_id, const Fill& fill);
  void append(List& list, Slot slot);
  void unlink(List& list, Slot slot);
  [[nodiscard]] std::vector<const OrderRecord*> wanted(const List& list,
                                                       const OrderQuery& query) const;
  void load_account(StateReader& in, AccountId id);

  OrderLogOptions options_;
  std::vector<Node> nodes_;
  std::vector<Slot> free_;
  std::unordered_map<OrderId, Slot> by_id_;
  std::unordered_map<ClientKey, Slot, ClientKeyHash> by_client_;
  std::unordered_map<AccountId, std::size_t> account_index_;
  std::deque<AccountOrders> accounts_;
  // Whose oldest goes next when the bound of all is reached.
  std::size_t hand_ = 0;
  std::size_t fill_hand_ = 0;
  std::size_t finished_ = 0;
  std::size_t fills_ = 0;
  std::unordered_map<SymbolId, Amount> tick_quote_;  // of the symbols defined
};

}  // namespace mainstay::exchange
