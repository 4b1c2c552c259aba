#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "apps/exchange/domain/simulation/venue.hpp"
#include "base/check.hpp"

namespace mainstay::exchange::simulation {

/// A small book for tests and benches: one symbol, a queue for every price below `prices`. Order
/// numbers of an agent are dense, so a table finds them; it only grows.
class TestVenue final : public Venue {
 public:
  explicit TestVenue(std::uint32_t prices) : levels_(prices), ask_(prices) {}

  const Top& apply(const OrderMessage& message, std::int64_t /*at_ns*/,
                   std::vector<Report>& reports) override {
    hash_ = (hash_ ^ message.id.get() ^ message.price.get()) * 1099511628211U;
    if (message.act == OrderAct::cancel) {
      cancel(message, reports);
    } else {
      take(message, reports);
    }
    return top_;
  }

  void depth(SymbolId /*symbol*/, Side side, std::size_t levels_max,
             std::vector<Level>& out) const override {
    out.clear();
    const int step = side == Side::buy ? -1 : 1;
    for (auto p = static_cast<std::int64_t>(side == Side::buy ? bid_ : ask_);
         p > 0 && p < static_cast<std::int64_t>(levels_.size()) && out.size() < levels_max;
         p += step) {
      const auto price = static_cast<std::uint32_t>(p);
      if (levels_[price].quantity > 0) out.push_back(level(price));
    }
  }

  [[nodiscard]] std::uint64_t state_hash() const override { return hash_; }
  [[nodiscard]] std::uint64_t live() const { return live_; }

 private:
  static constexpr std::uint32_t none = 0xFFFFFFFFU;

  struct Order {
    OrderId id{};
    std::uint32_t left = 0;
    std::uint32_t price = 0;
    std::uint32_t next = none;
    std::uint32_t previous = none;
    Side side = Side::buy;
  };
  struct Queue {
    std::uint64_t quantity = 0;
    std::uint32_t first = none;
    std::uint32_t last = none;
  };

  [[nodiscard]] Level level(std::uint32_t price) const {
    return {Price{price}, levels_[price].quantity};
  }

  std::uint32_t& slot(OrderId id) {
    const AgentNumber agent = agent_of(id);
    const auto number = static_cast<std::uint32_t>(id.get());
    if (slots_.size() <= agent) slots_.resize(agent + 1);
    if (slots_[agent].size() <= number) slots_[agent].resize(number * 2 + 16, none);
    return slots_[agent][number];
  }

  void cancel(const OrderMessage& message, std::vector<Report>& reports) {
    std::uint32_t& place = slot(message.id);
    if (place == none) {
      reports.push_back({message.id, message.symbol, {}, {}, {}, ReportKind::refused});
      return;
    }
    const Order order = orders_[place];
    reports.push_back({order.id,
                       message.symbol,
                       Price{order.price},
                       {},
                       Quantity{order.left},
                       ReportKind::gone,
                       order.side});
    remove(place, order.left);
  }

  void take(const OrderMessage& message, std::vector<Report>& reports) {
    const bool buys = message.side == Side::buy;
    const std::uint32_t limit = message.price.get();
    MS_CHECK(limit > 0 && limit < levels_.size() && message.quantity.get() > 0);
    const auto crosses = [&] {
      return buys ? ask_ <= limit && ask_ < levels_.size() : bid_ >= limit && bid_ > 0;
    };
    std::uint32_t left = message.quantity.get();
    if (message.act == OrderAct::post_only && crosses()) {
      reports.push_back({message.id,
                         message.symbol,
                         message.price,
                         {},
                         Quantity{left},
                         ReportKind::refused,
                         message.side});
      return;
    }
    while (left > 0 && crosses()) left -= trade(message, left, reports);
    if (left > 0 && message.act == OrderAct::immediate) {
      reports.push_back({message.id,
                         message.symbol,
                         message.price,
                         {},
                         Quantity{left},
                         ReportKind::gone,
                         message.side});
    } else if (left > 0) {
      rest(message, left);
    }
  }

  std::uint32_t trade(const OrderMessage& message, std::uint32_t wanted,
                      std::vector<Report>& reports) {
    const bool buys = message.side == Side::buy;
    const std::uint32_t price = buys ? ask_ : bid_;
    const std::uint32_t place = levels_[price].first;
    const Order maker = orders_[place];
    const std::uint32_t lots = std::min(wanted, maker.left);
    reports.push_back({message.id, message.symbol, Price{price}, Quantity{lots},
                       Quantity{wanted - lots}, ReportKind::traded, message.side, false});
    reports.push_back({maker.id, message.symbol, Price{price}, Quantity{lots},
                       Quantity{maker.left - lots}, ReportKind::traded, maker.side, true});
    (buys ? top_.bought : top_.sold) += lots;
    top_.last = Price{price};
    remove(place, lots);
    return lots;
  }

  void rest(const OrderMessage& message, std::uint32_t left) {
    const std::uint32_t price = message.price.get();
    std::uint32_t place = static_cast<std::uint32_t>(orders_.size());
    if (free_.empty()) {
      orders_.emplace_back();
    } else {
      place = free_.back();
      free_.pop_back();
    }
    Queue& queue = levels_[price];
    orders_[place] = {message.id, left, price, none, queue.last, message.side};
    (queue.last == none ? queue.first : orders_[queue.last].next) = place;
    queue.last = place;
    queue.quantity += left;
    slot(message.id) = place;
    ++live_;
    if (message.side == Side::buy) {
      bid_ = std::max(bid_, price);
    } else {
      ask_ = std::min(ask_, price);
    }
    show_top();
  }

  void remove(std::uint32_t place, std::uint32_t lots) {
    Order& order = orders_[place];
    Queue& queue = levels_[order.price];
    queue.quantity -= lots;
    order.left -= lots;
    if (order.left == 0) {
      (order.previous == none ? queue.first : orders_[order.previous].next) = order.next;
      (order.next == none ? queue.last : orders_[order.next].previous) = order.previous;
      slot(order.id) = none;
      free_.push_back(place);
      --live_;
      while (bid_ > 0 && levels_[bid_].first == none) --bid_;
      while (ask_ < levels_.size() && levels_[ask_].first == none) ++ask_;
    }
    show_top();
  }

  void show_top() {
    top_.bid = bid_ > 0 ? level(bid_) : Level{};
    top_.ask = ask_ < levels_.size() ? level(ask_) : Level{};
  }

  std::vector<Queue> levels_;  // by price
  std::uint32_t bid_ = 0;
  std::uint32_t ask_;
  std::vector<Order> orders_;
  std::vector<std::uint32_t> free_;
  std::vector<std::vector<std::uint32_t>> slots_;  // by agent and its number of the order
  Top top_;
  std::uint64_t live_ = 0;
  std::uint64_t hash_ = 1;
};

}  // namespace mainstay::exchange::simulation
