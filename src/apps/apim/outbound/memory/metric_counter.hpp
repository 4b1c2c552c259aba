#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "apps/apim/domain/period.hpp"
#include "apps/apim/domain/usage.hpp"
#include "apps/apim/outbound/memory/counting_rules.hpp"
#include "apps/apim/ports/counter_windows.hpp"
#include "apps/apim/ports/counters.hpp"
#include "base/bytes.hpp"

namespace mainstay::apim {

/// All windows of one metric of one application that memory holds, in UTC's calendar or any zone's.
/// The newest window of each period lies inline, so a call touches nothing else. Older ones, once
/// there are any, lie in a history that let_go() prunes. A window is known by the minute that it
/// begins in.
///
/// A window may be whole in memory or, when it was let go of and then counted in again, hold what
/// came since: until restore() adds what it had before. `let_go` of the calls: windows that ended
/// by then may have been let go of.
///
/// Windows of an hour and longer are marked when they change, for their mirror. One thread at a
/// time.
class MetricCounter {
 public:
  /// Begins with a value of 0 in each of the windows.
  explicit MetricCounter(const Windows& windows);

  /// Of that period's window; 0 when memory has nothing of it.
  [[nodiscard]] std::int64_t value(Period period, const Windows& windows) const {
    const std::size_t i = index(period);
    if (minute_of(windows[i].begin) == newest_[i]) return newest_values_[i];
    return older_value(period, windows[i].begin);
  }

  void apply(const Windows& windows, const UsageValue& usage, UnixSeconds let_go) {
    for (std::size_t i = 0; i < period_count; ++i) {
      if (minute_of(windows[i].begin) != newest_[i]) return apply_elsewhere(windows, usage, let_go);
    }
    for (std::int64_t& value : newest_values_) value = applied(value, usage);
    newest_changed_ = all_changed;
  }
  /// What '#0' does: the values of these windows are 0 again.
  void remove(const Windows& windows, UnixSeconds let_go);

  /// The sum of window_hash() of what is not 0.
  [[nodiscard]] std::uint64_t hash(std::uint64_t owner) const;

  /// Windows of an hour and longer that changed since they were last taken; only a part of which
  /// is here when `is_partial`: those stay marked.
  struct Change {
    Period period = Period::hour;
    UnixSeconds begin = 0;
    std::int64_t value = 0;
    bool is_partial = false;
  };
  void take_changes(std::vector<Change>& out);

  /// Appends the windows that begin in [from, until), ascending, those of 0 among them, but for
  /// partial ones.
  void windows(Period period, UnixSeconds from, UnixSeconds until,
               std::vector<UsagePoint>& out) const;

  [[nodiscard]] bool is_partial(Period period, UnixSeconds begin) const;
  /// Adds to a partial window what it had before.
  void restore(Period period, UnixSeconds begin, std::int64_t base);

  /// Drops older windows that ended by `until` in any calendar: minutes, and those longer ones
  /// whose change was taken. True when a longer one went.
  bool let_go(UnixSeconds until);
  [[nodiscard]] bool has_history() const { return history_ != nullptr; }

  /// Puts a value in the place of the window's.
  void put(const CounterWindow& window, UnixSeconds let_go);
  /// `visit(CounterWindow)` for each window that is whole, those of 0 among them.
  template <class Visit>
  void each_window(Visit visit) const {
    for (std::size_t i = 0; i < period_count; ++i) {
      const auto period = static_cast<Period>(i);
      if (history_) {
        for (const Bucket& older : (*history_)[i]) {
          if (!older.is_partial) visit({period, begin_of(older.begin), older.value});
        }
      }
      visit({period, begin_of(newest_[i]), newest_values_[i]});
    }
  }

  void save(ByteWriter& out) const;
  /// Nothing when the bytes are not what save() writes. All is marked as changed.
  static std::optional<MetricCounter> load(ByteReader& in);
  /// What was written before windows could be let go of.
  static std::optional<MetricCounter> load_format_1(ByteReader& in);

 private:
  /// Minutes since the first begin of all windows.
  using Minute = std::uint32_t;
  struct Bucket {
    Minute begin = 0;
    bool is_changed = true;
    bool is_partial = false;
    std::int64_t value = 0;
  };
  using Buckets = std::vector<Bucket>;  // ascending by begin
  using History = std::array<Buckets, period_count>;

  static constexpr std::uint8_t all_changed = 0xff;
  /// The week of 1970-01-01 begins before that.
  static constexpr UnixSeconds first_begin = -3 * 86'400;
  static constexpr Minute minute_of(UnixSeconds begin) {
    return static_cast<Minute>((begin - first_begin) / 60);
  }
  static constexpr UnixSeconds begin_of(Minute minute) {
    return static_cast<UnixSeconds>(minute) * 60 + first_begin;
  }

  MetricCounter() = default;
  [[nodiscard]] std::int64_t older_value(Period period, UnixSeconds begin) const;
  void apply_elsewhere(const Windows& windows, const UsageValue& usage, UnixSeconds let_go);
  Bucket& older_bucket(std::size_t period, Minute begin, UnixSeconds let_go);
  void mark_newest(std::size_t period) {
    newest_changed_ = static_cast<std::uint8_t>(newest_changed_ | 1U << period);
  }
  Buckets& history_of(std::size_t period);
  [[nodiscard]] const Bucket* find(Period period, UnixSeconds begin) const;
  static Buckets::const_iterator first_not_before(const Buckets& history, Minute begin);
  static bool load_buckets(ByteReader& in, Buckets& out);

  std::array<std::int64_t, period_count> newest_values_{};
  std::unique_ptr<History> history_;
  std::array<Minute, period_count> newest_{};  // begins of the windows that are inline
  std::uint8_t newest_changed_ = all_changed;  // a bit each, by index(Period)
};

}  // namespace mainstay::apim
