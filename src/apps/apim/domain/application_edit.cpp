#include "apps/apim/domain/application_edit.hpp"

#include <utility>

#include "apps/apim/domain/credential_edit.hpp"
#include "apps/apim/domain/row_edit.hpp"

namespace mainstay::apim {
namespace {

Result<> check(const ApplicationId& id, const ApplicationChange& change) {
  if (id.get().empty()) return catalog_error(CatalogErrc::application_has_no_id);
  MS_TRY_VOID(check_text("application id", id.get()));
  if (!change.state || change.state->empty()) return application_has_no_state(id.get());
  MS_TRY_VOID(check_text("state", *change.state));
  if (change.plan_id) MS_TRY_VOID(check_text("plan_id", change.plan_id->get()));
  if (change.plan_name) MS_TRY_VOID(check_text("plan_name", *change.plan_name));
  if (change.redirect_url) MS_TRY_VOID(check_text("redirect_url", *change.redirect_url));
  return {};
}

}  // namespace

Result<CatalogEdit> put_application(const Catalog& catalog, const ServiceId& service_id,
                                    const ApplicationId& id, const ApplicationChange& change) {
  MS_TRY(const Service* found, find_service(catalog, service_id));
  MS_TRY_VOID(check(id, change));
  const Application* before = found->applications.find(id.get());
  Application application;
  if (before != nullptr) application = *before;
  application.id = id;
  application.state = *change.state;
  if (change.plan_id) application.plan_id = *change.plan_id;
  if (change.plan_name) application.plan_name = *change.plan_name;
  if (change.redirect_url) application.redirect_url = *change.redirect_url;

  ApplicationRow row{service_id,
                     id,
                     application.state,
                     application.plan_id,
                     application.plan_name,
                     application.redirect_url};
  Service service = *found;
  service.applications = service.applications.with(id.get(), std::move(application));
  CatalogEdit edit = with_service(catalog, std::move(service));
  edit.put(std::move(row));
  return edit;
}

Result<CatalogEdit> create_application(const Catalog& catalog, const ServiceId& service_id,
                                       const ApplicationId& id, const ApplicationChange& change) {
  if (find_application(catalog, service_id, id).has_value()) {
    return catalog_error(CatalogErrc::application_exists);
  }
  return put_application(catalog, service_id, id, change);
}

Result<CatalogEdit> remove_application(const Catalog& catalog, const ServiceId& service_id,
                                       const ApplicationId& id) {
  MS_TRY(const Application* application, find_application(catalog, service_id, id));
  Service service = *catalog.services.find(service_id.get());
  std::vector<RowChange> rows;
  if (const auto* user_keys = service.user_keys_of.find(id.get())) {
    for (const UserKey& user_key : *user_keys) {
      rows.push_back({RowChange::Kind::erase, UserKeyRow{service_id, user_key, id}});
      service.user_keys = service.user_keys.without(user_key.get());
    }
  }
  rows.push_back(
      {RowChange::Kind::erase, ApplicationRow{service_id, application->id, {}, {}, {}, {}}});
  service.user_keys_of = service.user_keys_of.without(id.get());
  service.applications = service.applications.without(id.get());
  CatalogEdit edit = with_service(catalog, std::move(service));
  edit.rows = std::move(rows);
  return edit;
}

Result<CatalogEdit> put_application_bundle(const Catalog& catalog, const ServiceId& service_id,
                                           const ApplicationBundle& bundle) {
  MS_TRY(CatalogEdit edit, put_application(catalog, service_id, bundle.id, bundle.change));
  if (bundle.user_key) {
    MS_TRY(auto step, put_user_key(edit.next, service_id, *bundle.user_key, bundle.id));
    edit.then(std::move(step));
  }
  for (const ApplicationKey& key : bundle.keys) {
    MS_TRY(auto step, add_application_key(edit.next, service_id, bundle.id, key));
    edit.then(std::move(step));
  }
  for (const std::string& filter : bundle.referrer_filters) {
    MS_TRY(auto step, add_referrer_filter(edit.next, service_id, bundle.id, filter));
    edit.then(std::move(step));
  }
  return edit;
}

}  // namespace mainstay::apim
