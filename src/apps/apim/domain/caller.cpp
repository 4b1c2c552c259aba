#include "apps/apim/domain/caller.hpp"

#include "apps/apim/errc.hpp"

namespace mainstay::apim {

Result<std::string_view> resolve_provider_key(const Catalog& catalog, const CallerKeys& caller) {
  if (!caller.provider_key.empty()) return caller.provider_key;
  if (caller.service_token.empty()) {
    return plain_error(Errc::provider_key_or_service_token_required);
  }
  if (caller.service_id.empty()) return plain_error(Errc::service_id_missing);
  const Service* service = catalog.services.find(caller.service_id);
  if (service == nullptr || !catalog.has_token(caller.service_token, caller.service_id)) {
    return service_token_invalid(caller.service_token, caller.service_id);
  }
  return std::string_view{service->provider_key.get()};
}

Result<const Service*> resolve_service(const Catalog& catalog, std::string_view provider_key,
                                       std::string_view service_id) {
  const Service* service = nullptr;
  if (service_id.empty()) {
    const Provider* provider = catalog.providers.find(provider_key);
    if (provider != nullptr && provider->default_service) {
      service = catalog.services.find(provider->default_service->get());
    }
    if (service == nullptr) return provider_key_invalid_or_service_missing(provider_key);
    return service;
  }
  service = catalog.find_service_loosely(service_id);
  if (service == nullptr) return service_id_invalid(service_id);
  if (service->provider_key.get() == provider_key) return service;
  // Somebody else's service: a known provider learns no more than that the id is wrong for him.
  if (catalog.providers.find(provider_key) != nullptr) return service_id_invalid(service_id);
  return provider_key_invalid(provider_key);
}

}  // namespace mainstay::apim
