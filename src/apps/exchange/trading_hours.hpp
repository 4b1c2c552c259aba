#pragma once

#include <optional>
#include <vector>

#include "apps/exchange/domain/trading_day.hpp"
#include "apps/exchange/venue.hpp"
#include "base/clock.hpp"
#include "platform/lane/ticker.hpp"

namespace mainstay::exchange {

/// Brings markets into the phases of their trading day when the time comes, as an operator would:
/// with SetPhase. What came while nothing ran is made up for in its order, of the last 24 hours.
/// Halted markets stay halted until they close.
///
/// Life: construct (no effects), start() behind the venue's, stop() before it. Without days it does
/// nothing.
class TradingHours {
 public:
  TradingHours(Venue& venue, const Clock& clock);
  ~TradingHours();

  /// Before time passes in the venue: its last command says up to when it had come.
  void start(std::vector<TradingDay> days);
  void stop();

  /// Submits what is due: by start() and the ticker alone, and by tests in the place of these.
  void pass();
  void set_days(std::vector<TradingDay> days) { days_ = std::move(days); }

 private:
  Venue& venue_;
  const Clock& clock_;
  std::vector<TradingDay> days_;
  std::optional<Time> passed_;  // all up to here has been submitted
  Ticker ticker_;
};

}  // namespace mainstay::exchange
