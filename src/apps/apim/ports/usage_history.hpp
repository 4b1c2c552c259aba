#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/apim/domain/period.hpp"
#include "apps/apim/ports/counters.hpp"
#include "base/result.hpp"

namespace mainstay::apim {

/// One window's counted value, as the counters had it at some moment.
struct UsageRow {
  std::string service_id;
  std::string application_id;
  std::string metric_id;
  Period period = Period::hour;  // an hour or longer
  UnixSeconds begin = 0;
  std::int64_t value = 0;
};

struct ApplicationUsage {
  std::string application_id;
  std::int64_t value = 0;
};

/// What begins before this is too old for the history at `now`: hours after 35 days, days after
/// 400, longer ones never (the least number).
UnixSeconds oldest_in_history(Period period, UnixSeconds now);

/// The counters' windows of an hour and longer, kept for series and reports after memory has let
/// go of them: hours for 35 days, days for 400, longer ones for ever. Totals of a service (the
/// subject whose application is empty) are kept beside its applications' and follow them by
/// difference. The journal is the truth, this is its mirror: it lags behind by a stated time, and
/// writing the same rows twice changes nothing.
///
/// Every call blocks: any thread but an I/O thread or the store's writer lane.
class UsageHistory {
 public:
  virtual ~UsageHistory() = default;

  /// Puts the rows' values in the place of older ones; all of them or none. Rows of applications
  /// only; fastest when those of one application and metric stand together. Totals stop at the
  /// largest int64 and are not exact from there on.
  virtual Result<> write(std::span<const UsageRow> rows) = 0;

  /// The windows of `period` that begin in [from, until), ascending, without those that are 0; at
  /// most `count_max`.
  virtual Result<std::vector<UsagePoint>> series(const Subject& subject, std::string_view metric_id,
                                                 Period period, UnixSeconds from, UnixSeconds until,
                                                 std::size_t count_max) const = 0;

  /// The applications with the most usage in the windows of `period` that begin in [from, until),
  /// taken together: descending by value, then by id; from `offset` on, at most `count_max`. In
  /// such a sum a single window counts `summed_max` at most.
  virtual Result<std::vector<ApplicationUsage>> top(std::string_view service_id,
                                                    std::string_view metric_id, Period period,
                                                    UnixSeconds from, UnixSeconds until,
                                                    std::size_t offset,
                                                    std::size_t count_max) const = 0;
  static constexpr std::int64_t summed_max = INT64_MAX / 20'000;  // Limits::usage_points_max

  /// Every row of a service's applications, ascending by metric, application, period and begin:
  /// what an export writes. `visit` must not call back.
  virtual Result<> each(std::string_view service_id,
                        const std::function<void(const UsageRow&)>& visit) const = 0;

  /// Removes at most `rows_max` rows of a service; true when nothing of it is left. Called again
  /// until then, so that no call holds up the writer for long.
  virtual Result<bool> erase_some(std::string_view service_id, std::size_t rows_max) = 0;

  /// Removes at most `rows_max` rows that are older than their retention; true when none is left.
  virtual Result<bool> expire_some(UnixSeconds now, std::size_t rows_max) = 0;
};

}  // namespace mainstay::apim
