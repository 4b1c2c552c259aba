#include "apps/apim/domain/catalog.hpp"

#include <algorithm>
#include <tuple>

namespace mainstay::apim {

BackendVersion Service::version() const {
  if (backend_version == "1") return BackendVersion::user_key;
  if (backend_version == "oauth") return BackendVersion::oauth;
  return BackendVersion::app_id;
}

const std::vector<LimitRow>& Service::limit_rows(const PlanId& plan) const {
  static const std::vector<LimitRow> none;
  const Plan* found = plans.find(plan.get());
  return found != nullptr ? found->rows : none;
}

const Service* Catalog::find_service_loosely(std::string_view id) const {
  const auto dash = id.rfind('-');
  if (dash != std::string_view::npos) {
    if (const Service* found = services.find(id.substr(dash + 1))) return found;
  }
  return services.find(id);
}

bool Catalog::has_token(std::string_view token, std::string_view service_id) const {
  return tokens.find(token_slot(token, service_id)) != nullptr;
}

std::string token_slot(std::string_view token, std::string_view service_id) {
  return std::to_string(token.size()).append(":").append(token).append(service_id);
}

void resolve_rows(Plan& plan, const MetricTree& metrics) {
  plan.rows.clear();
  for (const UsageLimit& limit : plan.limits) {
    if (const auto metric = metrics.find_id(limit.metric_id.get())) {
      plan.rows.push_back({*metric, limit.period, limit.max});
    }
  }
  std::ranges::sort(plan.rows, [](const LimitRow& a, const LimitRow& b) {
    return std::tuple{a.metric, b.period} < std::tuple{b.metric, a.period};
  });
}

}  // namespace mainstay::apim
