#include "apps/apim/domain/webhook_edit.hpp"

#include <memory>
#include <utility>

#include "apps/apim/domain/row_edit.hpp"
#include "apps/apim/limits.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

constexpr std::string_view secret_prefix = "whsec_";
constexpr std::size_t key_bytes_min = 24;
constexpr std::size_t key_bytes_max = 64;

/// The place that holds the webhook: in the service, or in one of its applications.
struct Place {
  Service service;
  std::optional<Application> application;

  std::shared_ptr<const AlertWebhook>& webhook() {
    return application ? application->alert_webhook : service.alert_webhook;
  }
  CatalogEdit done(const Catalog& catalog) && {
    if (application) {
      const std::string id = application->id.get();
      service.applications = service.applications.with(id, std::move(*application));
    }
    return with_service(catalog, std::move(service));
  }
};

Result<Place> find_place(const Catalog& catalog, const ServiceId& service_id,
                         const std::optional<ApplicationId>& application_id) {
  MS_TRY(const Service* service, find_service(catalog, service_id));
  Place place{*service, {}};
  if (application_id) {
    MS_TRY(const Application* found, find_application(catalog, service_id, *application_id));
    place.application = *found;
  }
  return place;
}

}  // namespace

Result<> check_webhook(const WebhookChange& change) {
  MS_TRY_VOID(check_id("url", change.url));
  if (!change.url.starts_with("https://") && !change.url.starts_with("http://")) {
    return value_invalid("url", "must begin with https:// or http://");
  }
  if (change.secret && !webhook_key(*change.secret)) {
    return value_invalid("secret", "must be whsec_ and the base64 of 24 to 64 bytes");
  }
  return {};
}

std::optional<std::string> webhook_key(std::string_view secret) {
  if (!secret.starts_with(secret_prefix)) return std::nullopt;
  auto key = base64_decode(secret.substr(secret_prefix.size()));
  if (!key || key->size() < key_bytes_min || key->size() > key_bytes_max) return std::nullopt;
  return key;
}

Result<CatalogEdit> put_alert_webhook(const Catalog& catalog, const ServiceId& service_id,
                                      const std::optional<ApplicationId>& application_id,
                                      const WebhookChange& change) {
  MS_TRY(Place place, find_place(catalog, service_id, application_id));
  MS_TRY_VOID(check_webhook(change));
  auto& webhook = place.webhook();
  if (!change.secret && webhook == nullptr) return value_missing("secret");
  AlertWebhook next{change.url, change.secret ? *change.secret : webhook->secret};
  webhook = std::make_shared<const AlertWebhook>(next);
  CatalogEdit edit = std::move(place).done(catalog);
  if (application_id) {
    edit.put(ApplicationWebhookRow{service_id, *application_id, next.url, next.secret});
  } else {
    edit.put(ServiceWebhookRow{service_id, next.url, next.secret});
  }
  return edit;
}

Result<CatalogEdit> remove_alert_webhook(const Catalog& catalog, const ServiceId& service_id,
                                         const std::optional<ApplicationId>& application_id) {
  MS_TRY(Place place, find_place(catalog, service_id, application_id));
  if (place.webhook() == nullptr) return catalog_error(CatalogErrc::alert_webhook_not_found);
  place.webhook() = nullptr;
  CatalogEdit edit = std::move(place).done(catalog);
  if (application_id) {
    edit.erase(ApplicationWebhookRow{service_id, *application_id, {}, {}});
  } else {
    edit.erase(ServiceWebhookRow{service_id, {}, {}});
  }
  return edit;
}

}  // namespace mainstay::apim
