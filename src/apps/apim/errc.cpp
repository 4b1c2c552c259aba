#include "apps/apim/errc.hpp"

#include <array>
#include <cstddef>

#include "apps/apim/limits.hpp"
#include "base/check.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

constexpr std::array<ErrorRow, 34> rows{{
    {"provider_key_or_service_token_required", "Provider key or service token are required", 403},
    {"service_id_missing", "Service ID is missing", 422},
    {"service_token_invalid", "service token or service id is invalid", 403},
    {"provider_key_invalid", "provider key is invalid", 403},
    {"provider_key_invalid_or_service_missing", "provider key invalid and/or service ID missing",
     403},
    {"service_id_invalid", "service id is invalid", 403},
    {"application_not_found", "application id is missing", 404},
    {"user_key_invalid", "user key is missing", 403},
    {"authentication_error", "either app_id or user_key is allowed, not both", 403},
    {"metric_invalid", "metric is invalid", 404},
    {"usage_value_invalid", "usage value is invalid", 403},
    {"usage_format_invalid", "usage must map metrics to values", 403},
    {"end_users_no_longer_supported",
     "End-users are no longer supported, do not specify the user_id parameter", 400},
    {"content_type_invalid", "invalid Content-Type", 400},
    {"transactions_is_blank", "transactions parameter is blank", 400},
    {"transactions_format_invalid", "transactions format is invalid", 400},
    {"transactions_has_nil_transaction", "transactions has a nil transaction", 400},
    {"not_valid_data", "all data must be valid UTF8", 422},
    {"bad_request", "request contains syntax errors, should not be repeated without modification",
     400},
    {"usage_too_large", "the usage, parent metrics included, is too large for one call", 413},
    {"application_key_invalid", "application key is missing", 409},
    {"referrer_not_allowed", "referrer is missing", 409},
    {"application_not_active", "application is not active", 409},
    {"service_not_active", "service is not active", 409},
    {"limits_exceeded", "usage limits are exceeded", 409},
    {"oauth_not_enabled", "oauth is not enabled", 409},
    {"redirect_uri_invalid", "redirect_uri is invalid", 409},
    {"redirect_url_invalid", "redirect_url is invalid", 409},
    {"transaction_timestamp_too_old",
     "reporting transactions older than 86400 seconds is not allowed", 422},
    {"transaction_timestamp_too_new",
     "reporting transactions more than 3600 seconds in the future is not allowed", 422},
    {"idempotency_key_invalid", "idempotency key must be one text of 1 to 128 bytes", 400},
    {"idempotency_key_reused", "idempotency key was used for another request", 422},
    {"idempotency_store_full", "no room for one more idempotency key, try again later", 503,
     Retry::yes},
    {"journal_unavailable", "nothing can be recorded at the moment; nothing was changed", 503,
     Retry::yes},
}};

/// Longer values than any id are cut: an answer is not as long as its client pleases.
std::string quoted(std::string_view before, std::string_view value, std::string_view after) {
  return std::string{before}
      .append("\"")
      .append(value.substr(0, Limits::id_bytes_max))
      .append("\"")
      .append(after);
}

}  // namespace

const ErrorRow& error_row(Errc code) {
  const auto index = static_cast<std::size_t>(code) - 1;
  MS_CHECK(index < rows.size());
  return rows[index];
}

Error plain_error(Errc code) { return {code, std::string{error_row(code).text}}; }

Error service_token_invalid(std::string_view token, std::string_view service_id) {
  return {Errc::service_token_invalid, quoted("service token ", token, " or service id ") +
                                           quoted("", service_id, " is invalid")};
}

Error provider_key_invalid(std::string_view key) {
  return {Errc::provider_key_invalid, quoted("provider key ", key, " is invalid")};
}

Error provider_key_invalid_or_service_missing(std::string_view key) {
  return {Errc::provider_key_invalid_or_service_missing,
          quoted("provider key ", key, " invalid and/or service ID missing")};
}

Error service_id_invalid(std::string_view id) {
  return {Errc::service_id_invalid, quoted("service id ", id, " is invalid")};
}

Error application_not_found(std::string_view id) {
  if (id.empty()) return plain_error(Errc::application_not_found);
  return {Errc::application_not_found, quoted("application with id=", id, " was not found")};
}

Error user_key_invalid(std::string_view key) {
  if (key.empty()) return plain_error(Errc::user_key_invalid);
  return {Errc::user_key_invalid, quoted("user key ", key, " is invalid")};
}

Error metric_invalid(std::string_view name) {
  return {Errc::metric_invalid, quoted("metric ", name, " is invalid")};
}

Error usage_value_invalid(std::string_view metric, std::string_view value) {
  if (trimmed(value).empty()) {
    return {Errc::usage_value_invalid,
            quoted("usage value for metric ", metric, " can not be empty")};
  }
  return {Errc::usage_value_invalid,
          quoted("usage value ", value, " for metric ") + quoted("", metric, " is invalid")};
}

Error content_type_invalid(std::string_view type) {
  return {Errc::content_type_invalid, std::string{"invalid Content-Type: "}.append(type)};
}

}  // namespace mainstay::apim
