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
#include "base/bytes.hpp"

namespace mainstay::apim {

/// All windows of one metric of one application that memory holds. The newest window of each
/// period lies inline: they are those of one moment, the latest counted at, so a call touches
/// nothing else. Older ones, once there are any, lie in a history that let_go() prunes.
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
    if (windows[index(Period::minute)].begin == newest_minute())
      return newest_values_[index(period)];
    return value_elsewhere(period, windows[index(period)].begin);
  }

  void apply(const Windows& windows, const UsageValue& usage, UnixSeconds let_go) {
    if (windows[index(Period::minute)].begin != newest_minute()) {
      return apply_elsewhere(windows, usage, let_go);
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

  [[nodiscard]] bool is_partial(Period period, UnixSeconds begin) const;
  /// Adds to a partial window what it had before.
  void restore(Period period, UnixSeconds begin, std::int64_t base);

  /// Drops older windows that ended by `until`: minutes, and those longer ones whose change was
  /// taken. True when a longer one went.
  bool let_go(UnixSeconds until);
  [[nodiscard]] bool has_history() const { return history_ != nullptr; }

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
  [[nodiscard]] UnixSeconds newest_minute() const { return begin_of(newest_); }
  [[nodiscard]] std::int64_t value_elsewhere(Period period, UnixSeconds begin) const;
  void apply_elsewhere(const Windows& windows, const UsageValue& usage, UnixSeconds let_go);
  Bucket& older_bucket(Period period, const Window& window, UnixSeconds let_go);
  void mark_newest(std::size_t period) {
    newest_changed_ = static_cast<std::uint8_t>(newest_changed_ | 1U << period);
  }
  Buckets& history_of(std::size_t period);
  [[nodiscard]] const Bucket* find(Period period, UnixSeconds begin) const;
  static Buckets::const_iterator first_not_before(const Buckets& history, Minute begin);
  static bool load_buckets(ByteReader& in, Buckets& out);

  std::array<std::int64_t, period_count> newest_values_{};
  std::unique_ptr<History> history_;
  Minute newest_ = 0;                          // the minute whose windows are inline
  std::uint8_t newest_changed_ = all_changed;  // a bit each, by index(Period)
};

}  // namespace mainstay::apim
