#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "apps/apim/domain/catalog.hpp"

namespace mainstay::apim {

/// A catalog as text, a line for each fact, the same for the same catalog however it was made. For
/// tests.
inline std::string dump(const Catalog& catalog) {
  std::vector<std::string> lines;
  const auto line = [&lines](std::string_view kind, const auto&... parts) {
    std::string text{kind};
    (text.append("|").append(std::string_view{parts}), ...);
    lines.push_back(std::move(text));
  };
  catalog.providers.for_each([&](const std::string& key, const Provider& provider) {
    std::string services;
    for (const ServiceId& id : provider.services) services.append(id.get()).append(" ");
    const auto chosen = provider.default_service.value_or(ServiceId{"-"});
    line("provider", key, provider.key.get(), chosen.get(), services);
  });
  catalog.tokens.for_each([&](const std::string& slot, const TokenGrant& grant) {
    line("token", slot, grant.token.get(), grant.service_id.get());
  });
  catalog.services.for_each([&](const std::string& id, const Service& service) {
    std::string bins;
    for (const int bin : service.alert_limits) bins.append(std::to_string(bin)).append(" ");
    line("service", id, service.id.get(), service.provider_key.get(), service.backend_version,
         service.state, service.referrer_filters_required ? "filters" : "",
         service.zone != nullptr ? service.zone->name() : "", bins);
    for (MetricIndex i = 0; i < service.metrics->size(); ++i) {
      const Metric& metric = service.metrics->at(i);
      const auto parent = service.metrics->parent(i);
      line("metric", id, std::to_string(i), metric.id.get(), metric.name,
           metric.parent_id.value_or(MetricId{}).get(),
           parent ? service.metrics->at(*parent).name : "-");
    }
    service.plans.for_each([&](const std::string& plan_id, const Plan& plan) {
      std::string limits;
      for (const UsageLimit& limit : plan.limits) {
        limits.append(limit.metric_id.get()).append("/").append(to_text(limit.period));
        limits.append("=").append(std::to_string(limit.max)).append(" ");
      }
      std::string rows;
      for (const LimitRow& row : plan.rows) {
        rows.append(std::to_string(row.metric)).append("/").append(to_text(row.period));
        rows.append("=").append(std::to_string(row.max)).append(" ");
      }
      line("plan", id, plan_id, plan.id.get(), limits, rows);
    });
    service.applications.for_each([&](const std::string& app_id, const Application& application) {
      std::string keys;
      for (const ApplicationKey& key : application.keys) keys.append(key.get()).append(" ");
      std::string filters;
      for (const std::string& filter : application.referrer_filters) {
        filters.append(filter).append(" ");
      }
      line("application", id, app_id, application.id.get(), application.state,
           application.plan_id.get(), application.plan_name, application.redirect_url, keys,
           filters);
    });
    service.user_keys.for_each([&](const std::string& key, const UserKeyOwner& owner) {
      line("user_key", id, key, owner.application_id.get());
    });
    service.user_keys_of.for_each([&](const std::string& app_id, const auto& user_keys) {
      std::string keys;
      for (const UserKey& key : user_keys) keys.append(key.get()).append(" ");
      line("user_keys_of", id, app_id, keys);
    });
  });
  std::ranges::sort(lines);
  std::string out;
  for (const std::string& text : lines) out.append(text).append("\n");
  return out;
}

}  // namespace mainstay::apim
