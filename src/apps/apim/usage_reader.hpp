#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "apps/apim/domain/usage_series.hpp"
#include "apps/apim/ports/counters.hpp"
#include "apps/apim/ports/usage_history.hpp"
#include "base/result.hpp"

namespace mainstay::apim {

struct UsageSeries {
  std::vector<Window> points;
  std::vector<std::int64_t> values;  // one a point
  std::int64_t total = 0;
};

struct UsageTop {
  Window window;
  std::vector<ApplicationUsage> applications;
};

/// Usage over time. An application's is exact to the last call: the history's windows with what the
/// counters still hold over them. A whole service's (an empty application id), and who used most,
/// lag as the history does. What was erased is not shown, though the history may still have it:
/// the counters say so. Blocks as UsageHistory does; else any thread.
class UsageReader {
 public:
  UsageReader(const Counters& counters, const UsageHistory& history)
      : counters_(counters), history_(history) {}

  /// Errors: UsageErrc, the history's.
  [[nodiscard]] Result<UsageSeries> series(const Subject& subject, std::string_view metric_id,
                                           const SeriesRange& range, UnixSeconds now) const;

  /// In the windows of the range taken together; without `until` in the one that holds `since`,
  /// else now. Errors: UsageErrc, the history's.
  [[nodiscard]] Result<UsageTop> top(std::string_view service_id, std::string_view metric_id,
                                     const SeriesRange& range, UnixSeconds now, std::size_t offset,
                                     std::size_t count_max) const;

 private:
  const Counters& counters_;
  const UsageHistory& history_;
};

}  // namespace mainstay::apim
