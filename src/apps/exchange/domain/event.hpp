#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "apps/exchange/domain/command.hpp"
#include "apps/exchange/domain/reject.hpp"
#include "apps/exchange/fundamental.hpp"

namespace mainstay::exchange {

/// What became of commands. Plain data, one size; which fields count is said at each kind.
enum class EventKind : std::uint8_t {
  accepted,     // order: price, quantity (in all), left; a stop waits until `triggered`
  rejected,     // `reason`; order if there is one. Nothing changed
  traded,       // order = taker, other = maker, account/other_account, side = the taker's, price,
                // quantity, trade, left = taker's, other_left = maker's (what it hides included);
                // fee, other_fee. In an auction the buyer stands as taker, `auction` is set
  canceled,     // left = what was taken away; `cause`
  reduced,      // quantity = in all now, left; keeps its place. An amendment of the client id alone
                // too
  amended,      // price, quantity = in all now, left; loses its place, may trade behind this
  triggered,    // a stop is a market or limit order from now on
  decremented,  // by self-trade prevention: quantity = by how much, left; 0: it is no more
  refilled,     // an iceberg shows its next slice, at the back: quantity = the slice
  slid,         // a post-only order rests at `price` instead
  phase_changed,  // symbol, phase; price = the auction's, quantity = its volume; 0: none
  indicative,     // in a call: price and quantity of an uncross now, left = the surplus, side = its
  busted,  // trade, and of it as `traded` had it: order, other, account, other_account, side,
           // price, quantity, fee, other_fee
  balance_changed,  // account, asset, amount = by how much: deposits and withdrawals only
  defined           // an asset or symbol
};

enum class CancelCause : std::uint8_t {
  wanted,      // by its owner or an operator
  mass,        // mass cancel, cancel on disconnect
  expired,     // DAY, GTD
  unfilled,    // the rest of IOC and market orders
  self_trade,  // prevention
  collar,      // a market order's rest beyond its collar
  suspended,
  phase,  // a volatility call began: the rest of IOC, FOK and market orders
  funds   // a stop that cannot pay, a hold that a new fee made too small, a balance that is full
};

struct Event {
  EventKind kind{};
  Side side{};
  CancelCause cause{};
  Phase phase{};
  Reject reason = Reject::none;
  bool auction = false;
  SymbolId symbol{};
  AssetId asset{};
  OrderId order{};
  OrderId other{};
  AccountId account{};
  AccountId other_account{};
  TradeId trade{};
  Price price{};
  Quantity quantity{};
  Quantity left{};
  Quantity other_left{};
  Amount fee = 0;  // of the quote asset; negative: a rebate
  Amount other_fee = 0;
  Amount amount = 0;

  bool operator==(const Event&) const = default;
};

/// The events of a command or of some, in their order. Its memory stays when it is cleared, and the
/// events that were there with it: one more is one assignment.
class Events {
 public:
  Events() = default;
  Events(Events&& other) noexcept
      : all_(std::move(other.all_)),
        end_(std::exchange(other.end_, nullptr)),
        limit_(std::exchange(other.limit_, nullptr)) {}
  Events& operator=(Events&& other) noexcept {
    all_ = std::move(other.all_);
    end_ = std::exchange(other.end_, nullptr);
    limit_ = std::exchange(other.limit_, nullptr);
    return *this;
  }
  ~Events() = default;

  /// A blank one behind the others, which moves them now and then.
  Event& append() {
    if (end_ == limit_) [[unlikely]]
      grow();
    *end_ = Event{};
    return *end_++;
  }
  void clear() { end_ = all_.get(); }

  [[nodiscard]] bool empty() const { return end_ == all_.get(); }
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(end_ - all_.get()); }
  [[nodiscard]] const Event& operator[](std::size_t i) const { return all_[i]; }
  [[nodiscard]] const Event& front() const { return *all_.get(); }
  [[nodiscard]] const Event& back() const { return *(end_ - 1); }
  [[nodiscard]] const Event* begin() const { return all_.get(); }
  [[nodiscard]] const Event* end() const { return end_; }

  bool operator==(const Events& other) const { return std::ranges::equal(*this, other); }

 private:
  void grow();

  std::unique_ptr<Event[]> all_;
  Event* end_ = nullptr;
  Event* limit_ = nullptr;
};

}  // namespace mainstay::exchange
