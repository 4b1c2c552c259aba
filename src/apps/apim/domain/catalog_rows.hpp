#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <variant>

#include "apps/apim/domain/period.hpp"
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
  [[nodiscard]] auto key() const { return std::tie(service_id, plan_id, metric_id, period); }
};

struct AlertLimitRow {
  ServiceId service_id;
  int bin = 0;
  [[nodiscard]] auto key() const { return std::tie(service_id, bin); }
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

/// The application need not exist (yet), so this does not go with it.
struct UserKeyRow {
  ServiceId service_id;
  UserKey user_key;
  ApplicationId application_id;
  [[nodiscard]] auto key() const { return std::tie(service_id, user_key); }
};

using CatalogRow =
    std::variant<ServiceRow, DefaultServiceRow, ServiceTokenRow, MetricRow, UsageLimitRow,
                 AlertLimitRow, ApplicationRow, ApplicationKeyRow, ReferrerFilterRow, UserKeyRow>;

struct RowChange {
  enum class Kind : std::uint8_t { put, erase };
  Kind kind = Kind::put;
  CatalogRow row;  // of an erased one only the key counts
};

}  // namespace mainstay::apim
