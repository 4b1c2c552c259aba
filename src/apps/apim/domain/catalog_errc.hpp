#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.hpp"

namespace mainstay::apim {

/// Why a change of the configuration, or a look at it, is refused. The Error's detail is the whole
/// message, as the internal API shows it.
enum class CatalogErrc : std::uint8_t {
  service_not_found = 1,  // the one that something lies below
  service_id_invalid,     // the one that was named itself
  service_is_default_service,
  invalid_provider_keys,
  provider_key_exists,
  provider_key_not_found,
  application_not_found,
  application_exists,
  application_has_no_state,
  application_has_inconsistent_data,
  application_key_not_found,
  referrer_filter_invalid,
  metric_not_found,
  metric_name_taken,
  metric_cycle,
  usage_limit_not_found,
  usage_limit_invalid,
  alert_limit_not_found,
  alert_limit_invalid,
  service_token_blank,
  service_id_blank,
  token_not_found,
  value_missing,
  value_invalid,
  too_many,
  rows_inconsistent,  // the stored rows make no catalog
  spike_limit_not_found,
  alert_webhook_not_found,
  application_has_no_id,
  invalid_event_type,
};

const ErrorRow& error_row(CatalogErrc code);

/// The code with its table's text as the message.
Error catalog_error(CatalogErrc code);

// Messages that name what the change is about.
Error service_id_unknown(std::string_view id);
Error service_is_default(std::string_view id);
Error provider_key_exists(std::string_view key);
Error provider_key_not_found(std::string_view key);
Error application_has_no_state(std::string_view id);
Error invalid_event_type(std::string_view type);
Error application_has_inconsistent_data(std::string_view id, std::string_view user_key);
Error metric_name_taken(std::string_view name, std::string_view id);
Error metric_cycle(std::string_view id, std::string_view parent_id);
Error value_missing(std::string_view what);
Error value_invalid(std::string_view what, std::string_view why);
Error too_many(std::string_view what, std::size_t count_max);

}  // namespace mainstay::apim
