#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time_zone.hpp"

namespace mainstay::jobs {

/// When a periodic job runs: the five fields of crontab(5), minute hour day-of-month month
/// day-of-week, with `*`, numbers, names (jan, mon), ranges a-b, steps */n, a-b/n and a/n, and
/// lists of these; or @yearly (@annually), @monthly, @weekly, @daily (@midnight), @hourly. Sunday
/// is 0 or
/// 7. As in crontab(5), a day matches by either of its fields when neither begins with `*`.
class Cron {
 public:
  /// Errc::refused says which field and why; a line that no day ever matches is refused too.
  static Result<Cron> parse(std::string_view line);

  /// The first moment after `after` at which it runs; whole seconds since 1970. Nothing when there
  /// is none before the year 2100 ends.
  ///
  /// A time that clocks skip runs once, at the moment of the skip; one that clocks show twice runs
  /// the first time. A line for every hour follows the hours as they pass: of those, none is
  /// skipped and the repeated one runs again.
  [[nodiscard]] std::optional<std::int64_t> next(const TimeZone& zone, std::int64_t after) const;

  /// The newest moment in (after, now] at which it runs.
  [[nodiscard]] std::optional<std::int64_t> newest(const TimeZone& zone, std::int64_t after,
                                                   std::int64_t now) const;

  /// Whether clocks that show this (local seconds since 1970) are at one of its minutes.
  [[nodiscard]] bool matches(std::int64_t local) const;

 private:
  [[nodiscard]] std::optional<std::int64_t> next_local(std::int64_t after) const;
  [[nodiscard]] bool matches_day(std::int64_t day) const;

  // One bit a value.
  std::uint64_t minutes_ = 0;
  std::uint64_t hours_ = 0;
  std::uint64_t days_ = 0;
  std::uint64_t months_ = 0;
  std::uint64_t weekdays_ = 0;
  bool either_day_ = false;  // neither day field began with `*`
};

}  // namespace mainstay::jobs
