#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <variant>

#include "apps/apim/domain/period.hpp"
#include "apps/apim/domain/spike.hpp"
#include "apps/apim/fundamental.hpp"
#include "base/time_zone.hpp"

namespace mainstay::apim {

// The catalog as stores keep it: one row struct per table, key() its primary key.

/// Order of making: a service that changes its provider counts as made anew.
struct ServiceRow {
  ServiceId id;
  ProviderKey provider_key;
  std::string backend_version;
  std::string state;
  bool referrer_filters_required = false;
  const TimeZone* zone = nullptr;  // stored by name; null: UTC
  [[nodiscard]] auto key() const { return std::tie(id); }
};

/// Goes with its service.
struct DefaultServiceRow {
  ProviderKey provider_key;
  ServiceId service_id;
  [[nodiscard]] auto key() const { return std::tie(provider_key); }
};

/// The service need not exist (yet).
struct ServiceTokenRow {
  ServiceId service_id;
  ServiceToken token;
  [[nodiscard]] auto key() const { return std::tie(service_id, token); }
};

/// Kept in the order of making. Goes with its service, as everything below it does.
struct MetricRow {
  ServiceId service_id;
  MetricId id;
  std::string name;
  std::optional<MetricId> parent_id;
  [[nodiscard]] auto key() const { return std::tie(service_id, id); }
};

struct UsageLimitRow {
  ServiceId service_id;
  PlanId plan_id;
  MetricId metric_id;
  Period period = Period::minute;
  std::int64_t max = 0;
  int grace_percent = 0;
  bool shadow = false;
  [[nodiscard]] auto key() const { return std::tie(service_id, plan_id, metric_id, period); }
};

struct SpikeLimitRow {
  ServiceId service_id;
  PlanId plan_id;
  MetricId metric_id;
  SpikeRule rule;
  [[nodiscard]] auto key() const { return std::tie(service_id, plan_id, metric_id); }
};

struct AlertLimitRow {
  ServiceId service_id;
  int bin = 0;
  [[nodiscard]] auto key() const { return std::tie(service_id, bin); }
};

struct ServiceWebhookRow {
  ServiceId service_id;
  std::string url;
  std::string secret;
  [[nodiscard]] auto key() const { return std::tie(service_id); }
};

struct ApplicationRow {
  ServiceId service_id;
  ApplicationId id;
  std::string state;
  PlanId plan_id;
  std::string plan_name;
  std::string redirect_url;
  [[nodiscard]] auto key() const { return std::tie(service_id, id); }
};

/// Kept in the order of making. Goes with its application, as filters do.
struct ApplicationKeyRow {
  ServiceId service_id;
  ApplicationId application_id;
  ApplicationKey value;
  [[nodiscard]] auto key() const { return std::tie(service_id, application_id, value); }
};

struct ReferrerFilterRow {
  ServiceId service_id;
  ApplicationId application_id;
  std::string value;
  [[nodiscard]] auto key() const { return std::tie(service_id, application_id, value); }
};

struct ApplicationWebhookRow {
  ServiceId service_id;
  ApplicationId application_id;
  std::string url;
  std::string secret;
  [[nodiscard]] auto key() const { return std::tie(service_id, application_id); }
};

/// The application need not exist (yet), so this does not go with it.
struct UserKeyRow {
  ServiceId service_id;
  UserKey user_key;
  ApplicationId application_id;
  [[nodiscard]] auto key() const { return std::tie(service_id, user_key); }
};

using CatalogRow =
    std::variant<ServiceRow, DefaultServiceRow, ServiceTokenRow, MetricRow, UsageLimitRow,
                 SpikeLimitRow, AlertLimitRow, ServiceWebhookRow, ApplicationRow, ApplicationKeyRow,
                 ReferrerFilterRow, ApplicationWebhookRow, UserKeyRow>;

struct RowChange {
  enum class Kind : std::uint8_t { put, erase };
  Kind kind = Kind::put;
  CatalogRow row;  // of an erased one only the key counts
};

}  // namespace mainstay::apim
