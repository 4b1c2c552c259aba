#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "apps/apim/ports/counters.hpp"
#include "base/result.hpp"

namespace mainstay::apim {

struct CounterWindow {
  Period period = Period::minute;
  UnixSeconds begin = 0;
  std::int64_t value = 0;
};

/// The counters in memory as values of windows: how exports and imports see them. One thread, while
/// nothing is counted.
class CounterWindows {
 public:
  virtual ~CounterWindows() = default;
  /// Puts values in the place of older ones; doing it again changes nothing. No window begins
  /// before 1970; those that hold `now` are the quick ones. Durable after sync().
  virtual void put_windows(const Subject& subject, std::string_view metric_id,
                           std::span<const CounterWindow> windows, UnixSeconds now) = 0;
  /// Blocks until everything that was put is on disk.
  virtual Result<> sync() = 0;

  using Visit = std::function<void(const Subject&, std::string_view metric_id, CounterWindow)>;
  /// All windows of an hour and longer, those of 0 among them.
  virtual void each_window(const Visit& visit) const = 0;
};

}  // namespace mainstay::apim
