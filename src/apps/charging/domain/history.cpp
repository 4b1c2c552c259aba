#include "apps/charging/domain/history.hpp"

#include <cstddef>
#include <utility>

#include "apps/charging/fundamental.hpp"

namespace mainstay::charging {

std::optional<std::int64_t> log_past(std::span<const PastRow> rows, SystemTime before) {
  std::optional<std::int64_t> out;
  for (const PastRow& row : rows) {
    if (row.is_needed || row.at >= before) break;
    out = row.id;
  }
  return out;
}

PastRuns past_runs(std::span<const PastRow> rows, SystemTime before) {
  PastRuns out;
  bool goes_on = false;
  std::size_t sure = 0;  // so many runs, of which the last ends with `sure_to`, are old
  std::int64_t sure_to = 0;
  for (const PastRow& row : rows) {
    out.is_end = row.at >= before;
    if (out.is_end) break;
    if (row.is_needed) {
      goes_on = false;
      continue;
    }
    if (!std::exchange(goes_on, true)) out.runs.emplace_back(row.id, row.id);
    out.runs.back().second = row.id;
    if (row.at < clocks_are_set) continue;
    sure = out.runs.size();
    sure_to = row.id;
  }
  out.runs.resize(sure);
  if (sure != 0) out.runs.back().second = sure_to;
  return out;
}

}  // namespace mainstay::charging
