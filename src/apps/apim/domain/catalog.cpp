#include "apps/apim/domain/catalog.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include "apps/apim/domain/usage.hpp"

namespace mainstay::apim {

std::shared_ptr<const MetricTree> empty_metric_tree() { return std::make_shared<MetricTree>(); }

BackendVersion Service::version() const {
  if (backend_version == "1") return BackendVersion::user_key;
  if (backend_version == "oauth") return BackendVersion::oauth;
  return BackendVersion::app_id;
}

const Plan& Service::plan(const PlanId& plan_id) const {
  static const Plan none{};
  const Plan* found = plans.find(plan_id.get());
  return found != nullptr ? *found : none;
}

const AlertWebhook* Service::webhook_of(const Application& application) const {
  return application.alert_webhook ? application.alert_webhook.get() : alert_webhook.get();
}

const std::vector<LimitRow>& Service::limit_rows(const PlanId& plan_id) const {
  return plan(plan_id).rows;
}

std::int64_t with_grace(std::int64_t max, int percent) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const std::int64_t hundreds = max / 100;
  const std::int64_t of_rest = max % 100 * percent / 100;
  if (percent != 0 && hundreds > (most - of_rest) / percent) return most;
  return saturating_add(max, hundreds * percent + of_rest);
}

std::size_t Plan::extras() const {
  const auto plain = [](const UsageLimit& limit) { return limit.is_plain(); };
  return limits.size() - static_cast<std::size_t>(std::ranges::count_if(limits, plain)) +
         spike_limits.size();
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
  plan.watched.clear();
  plan.spikes.clear();
  for (const UsageLimit& limit : plan.limits) {
    const auto metric = metrics.find_id(limit.metric_id.get());
    if (!metric) continue;
    const LimitRow row{*metric, limit.period, limit.max, with_grace(limit.max, limit.grace_percent),
                       limit.shadow};
    if (!limit.is_plain()) plan.watched.push_back(row);
    if (!limit.shadow) plan.rows.push_back(row);
  }
  for (const SpikeLimit& limit : plan.spike_limits) {
    const auto metric = metrics.find_id(limit.metric_id.get());
    if (metric) plan.spikes.push_back({*metric, limit.rule});
  }
  const auto before = [](const LimitRow& a, const LimitRow& b) {
    return std::tuple{a.metric, b.period} < std::tuple{b.metric, a.period};
  };
  std::ranges::sort(plan.rows, before);
  std::ranges::sort(plan.watched, before);
  std::ranges::sort(plan.spikes, {}, &SpikeRow::metric);
}

}  // namespace mainstay::apim
