#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

#include "apps/exchange/domain/models/arrivals.hpp"
#include "apps/exchange/domain/simulation/kernel.hpp"

namespace mainstay::exchange::simulation {

/// An agent's orders that may still rest: the few it cares to cancel.
class LiveOrders {
 public:
  static constexpr std::size_t capacity = 16;
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool full() const { return size_ == capacity; }
  /// Not when full.
  void add(OrderId id) { ids_[size_++] = id; }
  OrderId take(std::size_t which);
  /// Forgets what a report says is over.
  void heed(const Report& report);

 private:
  std::array<OrderId, capacity> ids_{};
  std::size_t size_ = 0;
};

struct ZeroIntelligenceOptions {
  SymbolId symbol{};
  double acts_per_second = 1;       // above 0
  double market_share = 0.15;       // of the acts: take what is best on the other side
  double cancel_share = 0.35;       // of the acts; the rest add limit orders
  std::uint32_t ticks_beyond = 50;  // the opposite best: where limit orders are placed
  std::uint32_t lots_max = 10;
  Price anchor{10'000};  // in the place of a best price that there is not; above ticks_beyond
};

/// One of many who together are the flow of models/santa_fe.hpp: at random times a limit order, a
/// market order, or one of its own orders canceled. Who has none to cancel adds one; who has as
/// many as LiveOrders holds cancels one instead of adding another.
class ZeroIntelligence final : public Agent {
 public:
  explicit ZeroIntelligence(const ZeroIntelligenceOptions& options) : options_(options) {}
  void on_start(Desk& desk) override { rest(desk); }
  void on_wake(Desk& desk) override;
  void on_report(Desk& /*desk*/, const Report& report) override { live_.heed(report); }

 private:
  void rest(Desk& desk) const;
  void add(Desk& desk, Side side, Quantity lots);

  ZeroIntelligenceOptions options_;
  LiveOrders live_;
};

struct MomentumOptions {
  SymbolId symbol{};
  double looks_per_second = 1;  // above 0
  double fast = 0.3;            // weights of the newest price in the two averages
  double slow = 0.05;
  double threshold_ticks = 1;  // how far apart they must be to act
  std::uint32_t lots = 1;
  std::int64_t position_max = 100;  // lots either way
};

/// Buys what rises and sells what falls: when the faster of two moving averages of the mid price is
/// away from the slower one.
class Momentum final : public Agent {
 public:
  explicit Momentum(const MomentumOptions& options) : options_(options) {}
  void on_start(Desk& desk) override { rest(desk); }
  void on_wake(Desk& desk) override;
  void on_report(Desk& desk, const Report& report) override;

 private:
  void rest(Desk& desk) const;

  MomentumOptions options_;
  double fast_ = 0;
  double slow_ = 0;
  std::int64_t position_ = 0;
};

struct InvestorFlowOptions {
  SymbolId symbol{};
  std::uint32_t lots_max = 20;        // an investor's, drawn evenly from 1
  double holding_seconds = 60;        // mean of how long it keeps what it bought; above 0
  std::size_t holders_max = 100'000;  // beyond, an investor that arrives leaves again
};

/// Investors as they arrive (models/arrivals.hpp): each buys at the market, and sells what it got
/// when its time is over.
class InvestorFlow final : public Agent {
 public:
  InvestorFlow(const InvestorFlowOptions& options, models::Arrivals arrivals)
      : options_(options), arrivals_(std::move(arrivals)) {}
  void on_start(Desk& desk) override;
  void on_wake(Desk& desk) override;
  void on_report(Desk& desk, const Report& report) override;

  [[nodiscard]] std::uint64_t arrived() const { return arrived_; }
  [[nodiscard]] std::int64_t held() const { return held_; }

 private:
  struct Sale {
    std::int64_t at = 0;
    std::uint32_t lots = 0;
    bool operator>(const Sale& other) const { return at > other.at; }
  };
  void next_arrival();
  void rest(Desk& desk) const;
  void sell(Desk& desk, std::uint32_t lots);

  InvestorFlowOptions options_;
  models::Arrivals arrivals_;
  std::priority_queue<Sale, std::vector<Sale>, std::greater<>> sales_;
  std::int64_t started_ = 0;
  std::int64_t next_ = -1;  // when the next investor arrives; -1: no more
  std::int64_t held_ = 0;
  std::uint64_t arrived_ = 0;
};

/// The time until the next of events that come `rate` a second, at least 1 ns.
std::int64_t exponential_ns(models::CounterRandom& random, double rate);

}  // namespace mainstay::exchange::simulation
