#include "apps/apim/outbound/memory/memory_usage_history.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "apps/apim/domain/usage.hpp"
#include "base/check.hpp"

namespace mainstay::apim {

Result<> MemoryUsageHistory::write(std::span<const UsageRow> rows) {
  auto values = values_.lock();
  for (const UsageRow& row : rows) {
    const Key key{row.service_id, row.metric_id, row.period, row.begin, row.application_id};
    values->erase(key);
    if (row.value != 0) values->emplace(key, row.value);
  }
  return {};
}

Result<std::vector<UsagePoint>> MemoryUsageHistory::series(const Subject& subject,
                                                           std::string_view metric_id,
                                                           Period period, UnixSeconds from,
                                                           UnixSeconds until,
                                                           std::size_t count_max) const {
  std::map<UnixSeconds, std::int64_t> found;
  auto values = values_.lock();
  for (const auto& [key, value] : *values) {
    const auto& [service_id, metric, window, begin, application_id] = key;
    if (service_id != subject.service_id || metric != metric_id || window != period) continue;
    if (begin < from || begin >= until) continue;
    if (subject.application_id.empty()) {
      found[begin] = saturating_add(found[begin], value);
    } else if (application_id == subject.application_id) {
      found[begin] = value;
    }
  }
  std::vector<UsagePoint> points;
  for (const auto& [begin, value] : found) {
    if (points.size() < count_max) points.push_back({begin, value});
  }
  return points;
}

Result<std::vector<ApplicationUsage>> MemoryUsageHistory::top(std::string_view service_id,
                                                              std::string_view metric_id,
                                                              Period period, UnixSeconds from,
                                                              UnixSeconds until, std::size_t offset,
                                                              std::size_t count_max) const {
  std::map<std::string, std::int64_t> sums;
  const bool is_sum = from + 1 < until;
  auto values = values_.lock();
  for (const auto& [key, value] : *values) {
    const auto& [service, metric, window, start, application_id] = key;
    if (service == service_id && metric == metric_id && window == period && start >= from &&
        start < until) {
      sums[application_id] += is_sum ? std::min(value, summed_max) : value;
    }
  }
  std::vector<ApplicationUsage> most;
  for (const auto& [application_id, value] : sums) most.push_back({application_id, value});
  std::ranges::stable_sort(most, std::greater<>{}, &ApplicationUsage::value);
  most.erase(most.begin(),
             most.begin() + static_cast<std::ptrdiff_t>(std::min(offset, most.size())));
  if (most.size() > count_max) most.resize(count_max);
  return most;
}

Result<> MemoryUsageHistory::each(std::string_view service_id,
                                  const std::function<void(const UsageRow&)>& visit) const {
  std::vector<UsageRow> rows;
  auto values = values_.lock();
  for (const auto& [key, value] : *values) {
    const auto& [service, metric, period, begin, application] = key;
    if (service == service_id) rows.push_back({service, application, metric, period, begin, value});
  }
  std::ranges::sort(rows, {}, [](const UsageRow& row) {
    return std::tie(row.metric_id, row.application_id, row.period, row.begin);
  });
  std::ranges::for_each(rows, visit);
  return {};
}

Result<bool> MemoryUsageHistory::erase_some(std::string_view service_id, std::size_t rows_max) {
  MS_CHECK(rows_max > 0);
  auto values = values_.lock();
  for (auto at = values->begin(); at != values->end();) {
    if (std::get<0>(at->first) != service_id) {
      ++at;
    } else if (rows_max-- == 0) {
      return false;
    } else {
      at = values->erase(at);
    }
  }
  return true;
}

Result<bool> MemoryUsageHistory::expire_some(UnixSeconds now, std::size_t rows_max) {
  MS_CHECK(rows_max > 0);
  auto values = values_.lock();
  for (auto at = values->begin(); at != values->end();) {
    if (std::get<3>(at->first) >= oldest_in_history(std::get<2>(at->first), now)) {
      ++at;
    } else if (rows_max-- == 0) {
      return false;
    } else {
      at = values->erase(at);
    }
  }
  return true;
}

}  // namespace mainstay::apim
