#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/apim/domain/period.hpp"
#include "apps/apim/domain/usage.hpp"
#include "apps/apim/outbound/memory/counting_rules.hpp"
#include "apps/apim/ports/counter_windows.hpp"
#include "base/bytes.hpp"

namespace mainstay::apim {

/// All windows of one metric of one application. The newest window of each period lies inline, so
/// that a call touches nothing else; older ones, once there are any, lie in a history that
/// oldest_kept() prunes whenever a window is added. One thread at a time.
class MetricCounter {
 public:
  /// Begins with a value of 0 in each of the windows.
  explicit MetricCounter(const Windows& windows);

  /// Of the window of `period` that begins then; 0 when nothing was counted in it.
  [[nodiscard]] std::int64_t value(Period period, UnixSeconds begin) const;

  /// Appends the windows that begin in [from, until), ascending, those of 0 among them.
  void windows(Period period, UnixSeconds from, UnixSeconds until,
               std::vector<UsagePoint>& out) const;

  void apply(const Windows& windows, const UsageValue& usage);
  /// What '#0' does: the values of these windows are 0 again.
  void remove(const Windows& windows);

  /// Puts a value in the place of the window's.
  void put(const CounterWindow& window) {
    value_for_update(window.period, window.begin) = window.value;
  }
  /// `visit(CounterWindow)` for each window, those of 0 among them.
  template <class Visit>
  void each_window(Visit visit) const {
    for (std::size_t i = 0; i < period_count; ++i) {
      const auto period = static_cast<Period>(i);
      if (history_) {
        for (const Bucket& older : (*history_)[i]) visit({period, older.begin, older.value});
      }
      visit({period, newest_[i].begin, newest_[i].value});
    }
  }

  /// The sum of window_hash() of what is not 0 and not too old.
  [[nodiscard]] std::uint64_t hash(std::uint64_t owner) const;

  void save(ByteWriter& out) const;
  /// Nothing when the bytes are not what save() writes.
  static std::optional<MetricCounter> load(ByteReader& in);

 private:
  struct Bucket {
    UnixSeconds begin = 0;
    std::int64_t value = 0;
  };
  using Buckets = std::vector<Bucket>;  // ascending by begin
  using History = std::array<Buckets, period_count>;

  MetricCounter() = default;
  std::int64_t& value_for_update(Period period, UnixSeconds begin);
  std::int64_t& value_of_other_window(Period period, UnixSeconds begin);
  [[nodiscard]] const Bucket* find(Period period, UnixSeconds begin) const;
  static std::ptrdiff_t first_not_before(const Buckets& history, UnixSeconds begin);

  std::array<Bucket, period_count> newest_{};
  std::unique_ptr<History> history_;
};

}  // namespace mainstay::apim
