#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "apps/apim/domain/catalog_edit.hpp"

namespace mainstay::apim {

/// The bytes that deliveries are signed with: of "whsec_" and the base64 of 24 to 64 bytes, as the
/// libraries of consumers want it (Standard Webhooks). Nothing when it is no such text.
std::optional<std::string> webhook_key(std::string_view secret);

/// Where alerts go. Without `application_id`: the service's, for applications without their own.
struct WebhookChange {
  std::string url;
  std::optional<std::string> secret;  // absent: stays as it is
};

/// Error value_invalid.
Result<> check_webhook(const WebhookChange& change);

/// Errors: service_not_found, application_not_found, value_missing (a new one needs a secret),
/// value_invalid.
Result<CatalogEdit> put_alert_webhook(const Catalog& catalog, const ServiceId& service_id,
                                      const std::optional<ApplicationId>& application_id,
                                      const WebhookChange& change);
/// Errors: service_not_found, application_not_found, alert_webhook_not_found.
Result<CatalogEdit> remove_alert_webhook(const Catalog& catalog, const ServiceId& service_id,
                                         const std::optional<ApplicationId>& application_id);

}  // namespace mainstay::apim
