#include "apps/apim/domain/credential_edit.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "apps/apim/domain/row_edit.hpp"
#include "apps/apim/limits.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

CatalogEdit unchanged(const Catalog& catalog) { return CatalogEdit{catalog}; }

CatalogEdit with_application(const Catalog& catalog, const ServiceId& service_id,
                             Application application) {
  Service service = *catalog.services.find(service_id.get());
  const std::string id = application.id.get();
  service.applications = service.applications.with(id, std::move(application));
  return with_service(catalog, std::move(service));
}

/// Takes the user key out of the list of the application that it led to.
void unlist(Service& service, const UserKey& user_key, const ApplicationId& application_id) {
  std::vector<UserKey> keys = *service.user_keys_of.find(application_id.get());
  std::erase(keys, user_key);
  service.user_keys_of = keys.empty()
                             ? service.user_keys_of.without(application_id.get())
                             : service.user_keys_of.with(application_id.get(), std::move(keys));
}

}  // namespace

Result<CatalogEdit> add_application_key(const Catalog& catalog, const ServiceId& service_id,
                                        const ApplicationId& application_id,
                                        const ApplicationKey& key) {
  MS_TRY(const Application* found, find_application(catalog, service_id, application_id));
  MS_TRY_VOID(check_id("application key", key.get()));
  if (std::ranges::find(found->keys, key) != found->keys.end()) return unchanged(catalog);
  if (found->keys.size() >= Limits::application_keys_max) {
    return too_many("keys of an application", Limits::application_keys_max);
  }
  Application application = *found;
  application.keys.push_back(key);
  CatalogEdit edit = with_application(catalog, service_id, std::move(application));
  edit.put(ApplicationKeyRow{service_id, application_id, key});
  return edit;
}

Result<CatalogEdit> remove_application_key(const Catalog& catalog, const ServiceId& service_id,
                                           const ApplicationId& application_id,
                                           const ApplicationKey& key) {
  MS_TRY(const Application* found, find_application(catalog, service_id, application_id));
  Application application = *found;
  if (std::erase(application.keys, key) == 0) {
    return catalog_error(CatalogErrc::application_key_not_found);
  }
  CatalogEdit edit = with_application(catalog, service_id, std::move(application));
  edit.erase(ApplicationKeyRow{service_id, application_id, key});
  return edit;
}

Result<CatalogEdit> add_referrer_filter(const Catalog& catalog, const ServiceId& service_id,
                                        const ApplicationId& application_id,
                                        std::string_view filter) {
  MS_TRY(const Application* found, find_application(catalog, service_id, application_id));
  if (trimmed(filter).empty()) return catalog_error(CatalogErrc::referrer_filter_invalid);
  MS_TRY_VOID(check_id("referrer filter", filter));
  Application application = *found;
  auto& filters = application.referrer_filters;
  const auto at = std::ranges::lower_bound(filters, filter);
  if (at != filters.end() && *at == filter) return unchanged(catalog);
  if (filters.size() >= Limits::referrer_filters_max) {
    return too_many("referrer filters of an application", Limits::referrer_filters_max);
  }
  filters.insert(at, std::string{filter});
  CatalogEdit edit = with_application(catalog, service_id, std::move(application));
  edit.put(ReferrerFilterRow{service_id, application_id, std::string{filter}});
  return edit;
}

Result<CatalogEdit> remove_referrer_filter(const Catalog& catalog, const ServiceId& service_id,
                                           const ApplicationId& application_id,
                                           std::string_view filter) {
  MS_TRY(const Application* found, find_application(catalog, service_id, application_id));
  Application application = *found;
  if (std::erase(application.referrer_filters, filter) == 0) return unchanged(catalog);
  CatalogEdit edit = with_application(catalog, service_id, std::move(application));
  edit.erase(ReferrerFilterRow{service_id, application_id, std::string{filter}});
  return edit;
}

Result<CatalogEdit> put_user_key(const Catalog& catalog, const ServiceId& service_id,
                                 const UserKey& user_key, const ApplicationId& application_id) {
  MS_TRY(const Service* found, find_service(catalog, service_id));
  if (trimmed(user_key.get()).empty() || trimmed(application_id.get()).empty()) {
    return application_has_inconsistent_data(application_id.get(), user_key.get());
  }
  MS_TRY_VOID(check_id("user_key", user_key.get()));
  MS_TRY_VOID(check_id("application id", application_id.get()));
  const UserKeyOwner* before = found->user_keys.find(user_key.get());
  if (before != nullptr && before->application_id == application_id) return unchanged(catalog);

  Service service = *found;
  if (before != nullptr) unlist(service, user_key, before->application_id);
  const auto* listed = service.user_keys_of.find(application_id.get());
  std::vector<UserKey> keys = listed != nullptr ? *listed : std::vector<UserKey>{};
  if (keys.size() >= Limits::user_keys_per_application_max) {
    return too_many("user keys of an application", Limits::user_keys_per_application_max);
  }
  keys.insert(std::ranges::lower_bound(keys, user_key), user_key);
  service.user_keys_of = service.user_keys_of.with(application_id.get(), std::move(keys));
  service.user_keys = service.user_keys.with(user_key.get(), UserKeyOwner{application_id});
  CatalogEdit edit = with_service(catalog, std::move(service));
  edit.put(UserKeyRow{service_id, user_key, application_id});
  return edit;
}

Result<CatalogEdit> remove_user_key(const Catalog& catalog, const ServiceId& service_id,
                                    const UserKey& user_key) {
  MS_TRY(const Service* found, find_service(catalog, service_id));
  const UserKeyOwner* owner = found->user_keys.find(user_key.get());
  if (owner == nullptr) return unchanged(catalog);
  Service service = *found;
  unlist(service, user_key, owner->application_id);
  service.user_keys = service.user_keys.without(user_key.get());
  CatalogEdit edit = with_service(catalog, std::move(service));
  edit.erase(UserKeyRow{service_id, user_key, owner->application_id});
  return edit;
}

}  // namespace mainstay::apim
