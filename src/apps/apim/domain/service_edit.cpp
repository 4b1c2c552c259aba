#include "apps/apim/domain/service_edit.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "apps/apim/domain/row_edit.hpp"

namespace mainstay::apim {
namespace {

ServiceRow row_of(const Service& service) {
  return {service.id,
          service.provider_key,
          service.backend_version,
          service.state,
          service.referrer_filters_required,
          service.zone};
}

Result<> check(const ServiceId& id, const ServiceChange& change) {
  MS_TRY_VOID(check_id("service id", id.get()));
  if (change.provider_key) MS_TRY_VOID(check_id("provider_key", change.provider_key->get()));
  if (change.backend_version) MS_TRY_VOID(check_text("backend_version", *change.backend_version));
  return {};
}

void apply(const ServiceChange& change, Service& service) {
  if (change.provider_key) service.provider_key = *change.provider_key;
  if (change.backend_version) service.backend_version = *change.backend_version;
  if (change.state) service.state = *change.state == "active" ? "active" : "suspended";
  if (change.referrer_filters_required) {
    service.referrer_filters_required = *change.referrer_filters_required;
  }
  if (change.zone) service.zone = *change.zone;
}

void put_provider(Catalog& catalog, Provider provider) {
  const std::string key = provider.key.get();
  catalog.providers = catalog.providers.with(key, std::move(provider));
}

/// Takes the service out of its provider's list; a provider without services is no more.
Result<> leave_provider(const Service& service, CatalogEdit& edit) {
  Provider provider = *edit.next.providers.find(service.provider_key.get());
  if (provider.services.size() == 1) {
    if (provider.default_service) edit.erase(DefaultServiceRow{provider.key, service.id});
    edit.next.providers = edit.next.providers.without(provider.key.get());
    return {};
  }
  if (provider.default_service == service.id) return service_is_default(service.id.get());
  std::erase(provider.services, service.id);
  put_provider(edit.next, std::move(provider));
  return {};
}

/// Lists the service under its provider; settles who is the default.
void join_provider(const Service& service, bool is_new, std::optional<bool> wants_default,
                   CatalogEdit& edit) {
  const Provider* found = edit.next.providers.find(service.provider_key.get());
  Provider provider = found != nullptr ? *found : Provider{service.provider_key, {}, {}};
  if (is_new) provider.services.push_back(service.id);
  const bool becomes_default =
      wants_default.value_or(is_new && !provider.default_service.has_value());
  if (becomes_default && provider.default_service != service.id) {
    provider.default_service = service.id;
    edit.put(DefaultServiceRow{provider.key, service.id});
  }
  put_provider(edit.next, std::move(provider));
}

}  // namespace

Result<CatalogEdit> put_service(const Catalog& catalog, const ServiceId& id,
                                const ServiceChange& change) {
  MS_TRY_VOID(check(id, change));
  const Service* before = catalog.services.find(id.get());
  if (before == nullptr && !change.provider_key) return value_missing("provider_key");

  Service service;
  if (before != nullptr) {
    service = *before;
  } else {
    service.id = id;
    service.state = "active";
  }
  apply(change, service);
  const bool joins = before == nullptr || before->provider_key != service.provider_key;

  CatalogEdit edit = with_service(catalog, service);
  if (joins && before != nullptr) MS_TRY_VOID(leave_provider(*before, edit));
  edit.put(row_of(service));
  join_provider(service, joins, change.default_service, edit);
  return edit;
}

Result<CatalogEdit> remove_service(const Catalog& catalog, const ServiceId& id) {
  const Service* service = catalog.services.find(id.get());
  if (service == nullptr) return service_id_unknown(id.get());
  CatalogEdit edit{catalog};
  MS_TRY_VOID(leave_provider(*service, edit));
  catalog.tokens.for_each([&](const std::string& slot, const TokenGrant& grant) {
    if (grant.service_id != id) return;
    edit.next.tokens = edit.next.tokens.without(slot);
    edit.erase(ServiceTokenRow{grant.service_id, grant.token});
  });
  edit.next.services = edit.next.services.without(id.get());
  edit.erase(row_of(*service));
  return edit;
}

Result<CatalogEdit> change_provider_key(const Catalog& catalog, const ProviderKey& from,
                                        const ProviderKey& to) {
  if (from.get().empty() || to.get().empty() || from == to) {
    return catalog_error(CatalogErrc::invalid_provider_keys);
  }
  MS_TRY_VOID(check_id("new_key", to.get()));
  if (catalog.providers.find(to.get()) != nullptr) return provider_key_exists(to.get());
  const Provider* found = catalog.providers.find(from.get());
  if (found == nullptr) return provider_key_not_found(from.get());

  CatalogEdit edit{catalog};
  Provider provider = *found;
  provider.key = to;
  if (provider.default_service) edit.erase(DefaultServiceRow{from, *provider.default_service});
  for (const ServiceId& id : provider.services) {
    Service service = *catalog.services.find(id.get());
    service.provider_key = to;
    edit.put(row_of(service));
    edit.next.services = edit.next.services.with(id.get(), std::move(service));
  }
  if (provider.default_service) edit.put(DefaultServiceRow{to, *provider.default_service});
  edit.next.providers = edit.next.providers.without(from.get());
  put_provider(edit.next, std::move(provider));
  return edit;
}

bool is_default_service(const Catalog& catalog, const Service& service) {
  const Provider* provider = catalog.providers.find(service.provider_key.get());
  return provider != nullptr && provider->default_service == service.id;
}

}  // namespace mainstay::apim
