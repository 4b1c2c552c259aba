#include "apps/apim/domain/catalog_errc.hpp"

#include <array>
#include <string>

#include "base/check.hpp"

namespace mainstay::apim {
namespace {

constexpr std::array<ErrorRow, 30> rows{{
    {"service_not_found", "service not found", 404},
    {"service_id_invalid", "service id is invalid", 404},
    {"service_is_default_service", "the default service cannot be removed", 400},
    {"invalid_provider_keys", "Provider keys are not valid, must be not nil and different", 400},
    {"provider_key_exists", "Provider key already exists", 400},
    {"provider_key_not_found", "Provider key does not exist", 400},
    {"application_not_found", "application not found", 404},
    {"application_exists", "application cannot be created, exists already", 405},
    {"application_has_no_state", "Application has no state", 400},
    {"application_has_inconsistent_data", "Application has inconsistent data", 400},
    {"application_key_not_found", "application key not found", 404},
    {"referrer_filter_invalid", "referrer filter can't be blank", 400},
    {"metric_not_found", "metric not found", 404},
    {"metric_name_taken", "the metric's name is taken", 400},
    {"metric_cycle", "a metric cannot be its own ancestor", 400},
    {"usage_limit_not_found", "usagelimit not found", 404},
    {"usage_limit_invalid", "usagelimit is invalid", 400},
    {"alert_limit_not_found", "alert limit not found", 404},
    {"alert_limit_invalid", "alert limit is invalid", 400},
    {"service_token_blank", "Service token cannot be blank", 422},
    {"service_id_blank", "Service ID cannot be blank", 422},
    {"token_not_found", "token/service combination not found", 404},
    {"value_missing", "a value is missing", 400},
    {"value_invalid", "a value is invalid", 400},
    {"too_many", "too many entries", 400},
    {"rows_inconsistent", "the stored configuration contradicts itself", 500},
    {"spike_limit_not_found", "spikelimit not found", 404},
    {"alert_webhook_not_found", "alert webhook not found", 404},
    {"application_has_no_id", "Application has no id", 400},
    {"invalid_event_type", "Event type is invalid", 400},
}};

std::string quoted(std::string_view before, std::string_view value, std::string_view after) {
  return std::string{before}.append("\"").append(value).append("\"").append(after);
}

}  // namespace

const ErrorRow& error_row(CatalogErrc code) {
  const auto index = static_cast<std::size_t>(code) - 1;
  MS_CHECK(index < rows.size());
  return rows[index];
}

Error catalog_error(CatalogErrc code) { return {code, std::string{error_row(code).text}}; }

Error service_id_unknown(std::string_view id) {
  return {CatalogErrc::service_id_invalid, quoted("service id ", id, " is invalid")};
}

Error service_is_default(std::string_view id) {
  return {CatalogErrc::service_is_default_service,
          quoted("Service id=", id, " is the default service, cannot be removed")};
}

Error provider_key_exists(std::string_view key) {
  return {CatalogErrc::provider_key_exists, quoted("Provider key=", key, " already exists")};
}

Error provider_key_not_found(std::string_view key) {
  return {CatalogErrc::provider_key_not_found, quoted("Provider key=", key, " does not exist")};
}

Error application_has_no_state(std::string_view id) {
  return {CatalogErrc::application_has_no_state,
          quoted("Application with id=", id, " has no state")};
}

Error invalid_event_type(std::string_view type) {
  return {CatalogErrc::invalid_event_type, quoted("Event type=", type, " is invalid")};
}

Error application_has_inconsistent_data(std::string_view id, std::string_view user_key) {
  return {CatalogErrc::application_has_inconsistent_data,
          quoted("Application id=", id, " with user_key=") +
              quoted("", user_key, " has inconsistent data and could not be saved")};
}

Error metric_name_taken(std::string_view name, std::string_view id) {
  return {CatalogErrc::metric_name_taken,
          quoted("metric name ", name, " is taken by the metric with id=") + quoted("", id, "")};
}

Error metric_cycle(std::string_view id, std::string_view parent_id) {
  return {CatalogErrc::metric_cycle, quoted("metric with id=", id, " cannot have parent_id=") +
                                         quoted("", parent_id, ", it would be its own ancestor")};
}

Error value_missing(std::string_view what) {
  return {CatalogErrc::value_missing, std::string{what}.append(" is missing")};
}

Error value_invalid(std::string_view what, std::string_view why) {
  return {CatalogErrc::value_invalid, std::string{what}.append(" ").append(why)};
}

Error too_many(std::string_view what, std::size_t count_max) {
  return {CatalogErrc::too_many, std::string{"at most "}
                                     .append(std::to_string(count_max))
                                     .append(" ")
                                     .append(what)
                                     .append(" are allowed")};
}

}  // namespace mainstay::apim
