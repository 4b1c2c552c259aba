#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "apps/exchange/domain/models/dealer.hpp"
#include "apps/exchange/domain/simulation/kernel.hpp"

namespace mainstay::exchange::simulation {

struct MarketMakerOptions {
  SymbolId symbol{};
  std::int64_t interval_ns = 100'000'000;  // a period of the dealer's
  int periods_left = 5;                    // it looks ahead
  std::size_t levels = 10;                 // of the book that its demand lines are fitted to
  std::uint32_t lots = 20;                 // of a quote
  std::int64_t position_max = 1'000;       // at the bound only the side that brings it back
  std::int64_t half_spread_max = 50;       // ticks from the middle of the market
  std::int64_t price_ticks_max = 1'000'000;
  double price_variance = 4;  // of the repurchase price, ticks squared
  double cash_aversion = 1e-4;
  double risk_aversion = 1e-4;
  Price anchor{10'000};  // the middle while there is no other
};

/// The market maker of last resort: O'Hara and Oldfield's dealer (models/dealer.hpp) whose demand
/// lines come from the others' orders in the book and whose market flow from the periods before.
/// Quotes both sides at every period; where no line can be fitted, a tick around the middle.
class MarketMaker final : public Agent {
 public:
  explicit MarketMaker(const MarketMakerOptions& options) : options_(options) {}
  void on_start(Desk& desk) override { desk.wake_in(options_.interval_ns); }
  void on_wake(Desk& desk) override;
  void on_report(Desk& desk, const Report& report) override;

  [[nodiscard]] std::int64_t position() const { return position_; }
  [[nodiscard]] std::uint64_t traded() const { return traded_; }

 private:
  struct Quote {
    OrderId id{};
    Price price{};
    std::uint32_t left = 0;  // 0: none
  };

  void remember_flow(const Top& top);
  [[nodiscard]] std::vector<models::DepthPoint> others(Desk& desk, Side side) const;
  [[nodiscard]] models::TickQuotes wanted(Desk& desk) const;
  [[nodiscard]] std::int64_t middle(const Top& top) const;
  void quote(Desk& desk, Side side, std::int64_t price);
  [[nodiscard]] const Quote& of(Side side) const { return side == Side::buy ? bid_ : ask_; }

  MarketMakerOptions options_;
  Quote bid_;
  Quote ask_;
  std::int64_t position_ = 0;
  std::uint64_t traded_ = 0;
  static constexpr std::size_t flow_periods = 32;
  std::array<std::int64_t, flow_periods> bought_{};  // by market orders, a ring of periods
  std::array<std::int64_t, flow_periods> sold_{};
  std::size_t periods_ = 0;
  std::uint64_t bought_before_ = 0;
  std::uint64_t sold_before_ = 0;
};

}  // namespace mainstay::exchange::simulation
