#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "apps/exchange/domain/simulation/market_scenario.hpp"
#include "apps/exchange/venue.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::exchange {

struct LiveMarketOptions {
  std::uint64_t seed = 1;
  AccountId first_account{1};  // of the agents, one behind the other; at most 900
  std::vector<simulation::MarketScenario> scenarios;  // one a symbol
  Amount quote_each = 0;                              // what an agent's account is given once
  Amount base_each = 0;
};

/// Simulated people who trade in the real market while it runs: the kernel of simulations, its time
/// going by the clock. Owns a thread that waits for the venue's lane. What agents have in the book
/// from a former run is canceled at the start.
class LiveMarket {
 public:
  /// Before the venue's start(): it listens. The venue outlives this.
  LiveMarket(Venue& venue, const Clock& clock, LiveMarketOptions options);
  ~LiveMarket();

  /// After the venue's start(); the symbols are defined. Errors: a scenario that is refused.
  Result<> start();
  void stop();

  struct Control {
    bool running = true;
    double speed = 1;  // seconds of the market in one of ours: 0.1 to 20
  };
  static constexpr double speed_min = 0.1;
  static constexpr double speed_max = 20;
  // Any thread.
  [[nodiscard]] Control control() const;
  void set(const Control& control);
  [[nodiscard]] const LiveMarketOptions& options() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::exchange
