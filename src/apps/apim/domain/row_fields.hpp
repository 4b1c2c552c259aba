#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>

#include "apps/apim/domain/catalog_rows.hpp"

namespace mainstay::apim {

// What the rows of the catalog consist of, in one place: files that are exported, and the checks
// of what is imported, go by it. `visit(name, member)` for each field; names and order are part of
// the file format, so a field is added at the end and never renamed.

template <class Row, class Of>
concept RowOf = std::same_as<std::remove_const_t<Row>, Of>;

template <RowOf<ServiceRow> Row, class Visit>
void visit_fields(Row& row, Visit&& visit) {
  visit("id", row.id);
  visit("provider_key", row.provider_key);
  visit("backend_version", row.backend_version);
  visit("state", row.state);
  visit("referrer_filters_required", row.referrer_filters_required);
  visit("time_zone", row.zone);
}

template <RowOf<DefaultServiceRow> Row, class Visit>
void visit_fields(Row& row, Visit&& visit) {
  visit("provider_key", row.provider_key);
  visit("service_id", row.service_id);
}

template <RowOf<ServiceTokenRow> Row, class Visit>
void visit_fields(Row& row, Visit&& visit) {
  visit("service_id", row.service_id);
  visit("token", row.token);
}

template <RowOf<MetricRow> Row, class Visit>
void visit_fields(Row& row, Visit&& visit) {
  visit("service_id", row.service_id);
  visit("id", row.id);
  visit("name", row.name);
  visit("parent_id", row.parent_id);
}

template <RowOf<UsageLimitRow> Row, class Visit>
void visit_fields(Row& row, Visit&& visit) {
  visit("service_id", row.service_id);
  visit("plan_id", row.plan_id);
  visit("metric_id", row.metric_id);
  visit("period", row.period);
  visit("max", row.max);
  visit("grace_percent", row.grace_percent);
  visit("shadow", row.shadow);
}

template <RowOf<SpikeLimitRow> Row, class Visit>
void visit_fields(Row& row, Visit&& visit) {
  visit("service_id", row.service_id);
  visit("plan_id", row.plan_id);
  visit("metric_id", row.metric_id);
  visit("max", row.rule.max);
  visit("seconds", row.rule.seconds);
  visit("burst", row.rule.burst);
}

template <RowOf<ServiceWebhookRow> Row, class Visit>
void visit_fields(Row& row, Visit&& visit) {
  visit("service_id", row.service_id);
  visit("url", row.url);
  visit("secret", row.secret);
}

template <RowOf<ApplicationWebhookRow> Row, class Visit>
void visit_fields(Row& row, Visit&& visit) {
  visit("service_id", row.service_id);
  visit("application_id", row.application_id);
  visit("url", row.url);
  visit("secret", row.secret);
}

template <RowOf<AlertLimitRow> Row, class Visit>
void visit_fields(Row& row, Visit&& visit) {
  visit("service_id", row.service_id);
  visit("bin", row.bin);
}

template <RowOf<ApplicationRow> Row, class Visit>
void visit_fields(Row& row, Visit&& visit) {
  visit("service_id", row.service_id);
  visit("id", row.id);
  visit("state", row.state);
  visit("plan_id", row.plan_id);
  visit("plan_name", row.plan_name);
  visit("redirect_url", row.redirect_url);
}

template <RowOf<ApplicationKeyRow> Row, class Visit>
void visit_fields(Row& row, Visit&& visit) {
  visit("service_id", row.service_id);
  visit("application_id", row.application_id);
  visit("value", row.value);
}

template <RowOf<ReferrerFilterRow> Row, class Visit>
void visit_fields(Row& row, Visit&& visit) {
  visit("service_id", row.service_id);
  visit("application_id", row.application_id);
  visit("value", row.value);
}

template <RowOf<UserKeyRow> Row, class Visit>
void visit_fields(Row& row, Visit&& visit) {
  visit("service_id", row.service_id);
  visit("user_key", row.user_key);
  visit("application_id", row.application_id);
}

inline constexpr std::string_view row_name(const ServiceRow&) { return "service"; }
inline constexpr std::string_view row_name(const DefaultServiceRow&) { return "default_service"; }
inline constexpr std::string_view row_name(const ServiceTokenRow&) { return "service_token"; }
inline constexpr std::string_view row_name(const MetricRow&) { return "metric"; }
inline constexpr std::string_view row_name(const UsageLimitRow&) { return "usage_limit"; }
inline constexpr std::string_view row_name(const SpikeLimitRow&) { return "spike_limit"; }
inline constexpr std::string_view row_name(const ServiceWebhookRow&) { return "service_webhook"; }
inline constexpr std::string_view row_name(const ApplicationWebhookRow&) {
  return "application_webhook";
}
inline constexpr std::string_view row_name(const AlertLimitRow&) { return "alert_limit"; }
inline constexpr std::string_view row_name(const ApplicationRow&) { return "application"; }
inline constexpr std::string_view row_name(const ApplicationKeyRow&) { return "application_key"; }
inline constexpr std::string_view row_name(const ReferrerFilterRow&) { return "referrer_filter"; }
inline constexpr std::string_view row_name(const UserKeyRow&) { return "user_key"; }

}  // namespace mainstay::apim
