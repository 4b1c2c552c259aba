#pragma once

#include <cstdint>
#include <memory>

#include "apps/exchange/domain/models/parlour.hpp"
#include "apps/exchange/domain/simulation/flow_agents.hpp"
#include "apps/exchange/domain/simulation/kernel.hpp"

namespace mainstay::exchange::simulation {

struct ParlourTraderOptions {
  SymbolId symbol{};
  double visits_per_second = 1;          // above 0
  std::uint32_t lots = 5;                // of its orders; a queue counts in these
  std::int64_t day_ns = 60'000'000'000;  // how long the model's day is; orders do not outlive it
  Price anchor{10'000};                  // in the place of a best price that there is not
};

/// Comes now and again as somebody new, a seller or a buyer with a patience of its own, looks at
/// the queues at the best prices and at the hour, and does what the solved model says: trade at the
/// other side's best, queue at the own side's, or nothing.
class ParlourTrader final : public Agent {
 public:
  /// The model is shared by all who trade by it.
  ParlourTrader(const ParlourTraderOptions& options,
                std::shared_ptr<const models::ParlourModel> model)
      : options_(options), model_(std::move(model)) {}

  void on_start(Desk& desk) override { rest(desk); }
  void on_wake(Desk& desk) override;
  void on_report(Desk& /*desk*/, const Report& report) override { live_.heed(report); }

 private:
  void rest(Desk& desk) const;
  void act(Desk& desk, models::ParlourAct what);

  ParlourTraderOptions options_;
  std::shared_ptr<const models::ParlourModel> model_;
  LiveOrders live_;
  std::int64_t day_ = 0;
};

}  // namespace mainstay::exchange::simulation
