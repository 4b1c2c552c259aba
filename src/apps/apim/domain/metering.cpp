#include "apps/apim/domain/metering.hpp"

#include <array>
#include <string>

#include "apps/apim/domain/report.hpp"

namespace mainstay::apim {

void MasterMeter::count(const Catalog& catalog, std::string_view provider_key,
                        std::string_view metric, std::int64_t amount, SystemTime now) {
  if (names_.service_id.empty() || amount == 0) return;
  const Service* master = catalog.services.find(names_.service_id);
  if (master == nullptr || master->user_keys.find(provider_key) == nullptr) return;
  const std::string value = std::to_string(amount);
  ReportedTransaction transaction;
  transaction.user_key = provider_key;
  transaction.usage.push_back({metric, value});
  const auto counted =
      count_report(counters_, *master, std::array{transaction}, Hierarchy::propagate, now);
  if (counted.has_error()) return;  // the master lacks the application or the metric: not metered
  notices_.after_charge(*master, *counted->front().application, counted->front().traffic,
                        unix_seconds(now));
}

}  // namespace mainstay::apim
