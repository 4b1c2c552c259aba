#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace mainstay::apim {

/// The protocol's error codes (specs of the 3scale Service Management API); `error_row(code).name`
/// is the `code` attribute, the Error's detail the whole message.
enum class Errc : std::uint8_t {
  provider_key_or_service_token_required = 1,
  service_id_missing,
  service_token_invalid,
  provider_key_invalid,
  provider_key_invalid_or_service_missing,
  service_id_invalid,
  application_not_found,
  user_key_invalid,
  authentication_error,
  metric_invalid,
  usage_value_invalid,
  usage_format_invalid,  // answered with an empty body
  end_users_no_longer_supported,
  content_type_invalid,
  transactions_is_blank,
  transactions_format_invalid,
  transactions_has_nil_transaction,
  not_valid_data,
  bad_request,
  usage_too_large,  // beyond Limits::charge_bytes_max; the original has no such bound
  // Reasons of a denial: 409, never an HTTP error body.
  application_key_invalid,
  referrer_not_allowed,
  application_not_active,
  service_not_active,
  limits_exceeded,
  oauth_not_enabled,
  redirect_uri_invalid,
  redirect_url_invalid,
  // Only in stored errors.
  transaction_timestamp_too_old,
  transaction_timestamp_too_new,
  // Of calls with an idempotency key; ours.
  idempotency_key_invalid,
  idempotency_key_reused,
  idempotency_store_full,
  journal_unavailable,  // nothing can be counted now, and nothing was
};

const ErrorRow& error_row(Errc code);

// Messages that quote what the client sent.
Error service_token_invalid(std::string_view token, std::string_view service_id);
Error provider_key_invalid(std::string_view key);
Error provider_key_invalid_or_service_missing(std::string_view key);
Error service_id_invalid(std::string_view id);
Error application_not_found(std::string_view id);  // "" : "application id is missing"
Error user_key_invalid(std::string_view key);      // "" : "user key is missing"
Error metric_invalid(std::string_view name);
/// `value` blank or absent: "can not be empty".
Error usage_value_invalid(std::string_view metric, std::string_view value);
Error content_type_invalid(std::string_view type);
/// The code with its table's text as the message.
Error plain_error(Errc code);

}  // namespace mainstay::apim
