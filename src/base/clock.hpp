#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace mainstay {

using Millis = std::chrono::milliseconds;
using Micros = std::chrono::microseconds;
using Seconds = std::chrono::seconds;

/// Wall time, UTC, in microseconds since 1970.
using SystemTime = std::chrono::sys_time<Micros>;
/// Time for measuring spans: never goes back.
using SteadyTime = std::chrono::steady_clock::time_point;

/// Where time comes from. Passed to whoever needs it (style rule 16); the domain gets times, not
/// clocks.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual SystemTime wall() const = 0;
  [[nodiscard]] virtual SteadyTime steady() const = 0;
};

/// The machine's clocks. Any thread.
class MachineClock final : public Clock {
 public:
  [[nodiscard]] SystemTime wall() const override;
  [[nodiscard]] SteadyTime steady() const override;
};

/// A clock for tests: stands still until told. Any thread.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(SystemTime start) : wall_(start.time_since_epoch().count()) {}
  [[nodiscard]] SystemTime wall() const override { return SystemTime{Micros{wall_.load()}}; }
  [[nodiscard]] SteadyTime steady() const override { return SteadyTime{Micros{steady_.load()}}; }

  void advance(Micros by) {
    wall_ += by.count();
    steady_ += by.count();
  }
  /// Steps wall time alone, as an operator or NTP would.
  void set_wall(SystemTime to) { wall_ = to.time_since_epoch().count(); }

 private:
  std::atomic<std::int64_t> wall_;
  std::atomic<std::int64_t> steady_{0};
};

}  // namespace mainstay
