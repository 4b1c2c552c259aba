#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "apps/apim/domain/catalog.hpp"

namespace mainstay::apim {

inline std::string rule_text(const SpikeRule& rule) {
  return std::to_string(rule.max) + "/" + std::to_string(rule.seconds) + "/" +
         std::to_string(rule.burst) + " ";
}

inline std::string rows_text(const std::vector<LimitRow>& rows) {
  std::string out;
  for (const LimitRow& row : rows) {
    out.append(std::to_string(row.metric)).append("/").append(to_text(row.period));
    out.append("=")
        .append(std::to_string(row.max))
        .append("<=")
        .append(std::to_string(row.allowed));
    out.append(row.shadow ? "s " : " ");
  }
  return out;
}

inline std::string webhook_text(const std::shared_ptr<const AlertWebhook>& webhook) {
  return webhook != nullptr ? webhook->url + " " + webhook->secret : std::string{};
}

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
         service.zone != nullptr ? service.zone->name() : "", bins,
         webhook_text(service.alert_webhook), std::to_string(service.extra_limits));
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
        limits.append("=").append(std::to_string(limit.max)).append("+");
        limits.append(std::to_string(limit.grace_percent)).append(limit.shadow ? "s " : " ");
      }
      for (const SpikeLimit& limit : plan.spike_limits) {
        limits.append(limit.metric_id.get()).append("~").append(rule_text(limit.rule));
      }
      std::string rows = rows_text(plan.rows) + "watched " + rows_text(plan.watched);
      for (const SpikeRow& row : plan.spikes) {
        rows.append(std::to_string(row.metric)).append("~").append(rule_text(row.rule));
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
           filters, webhook_text(application.alert_webhook));
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
