#pragma once

#include <optional>
#include <string>

#include "apps/apim/domain/catalog_edit.hpp"

namespace mainstay::apim {

/// Absent attributes stay as they are, empty for a new application; the state is always needed.
struct ApplicationChange {
  std::optional<std::string> state;
  std::optional<PlanId> plan_id;
  std::optional<std::string> plan_name;
  std::optional<std::string> redirect_url;
};

/// Makes or changes an application. Errors: service_not_found, application_has_no_state,
/// value_invalid.
Result<CatalogEdit> put_application(const Catalog& catalog, const ServiceId& service_id,
                                    const ApplicationId& id, const ApplicationChange& change);

/// Makes one that is not there: application_exists besides the errors of put_application().
Result<CatalogEdit> create_application(const Catalog& catalog, const ServiceId& service_id,
                                       const ApplicationId& id, const ApplicationChange& change);

/// Removes an application with its keys, referrer filters and user keys. Errors: service_not_found,
/// application_not_found.
Result<CatalogEdit> remove_application(const Catalog& catalog, const ServiceId& service_id,
                                       const ApplicationId& id);

/// An application with all that goes with it, as the batch route takes it. Keys and filters are
/// added to those there.
struct ApplicationBundle {
  ApplicationId id;
  ApplicationChange change;
  std::optional<UserKey> user_key;
  std::vector<ApplicationKey> keys;
  std::vector<std::string> referrer_filters;
};

/// All of it or, with an error of put_application() or the credential edits, nothing.
Result<CatalogEdit> put_application_bundle(const Catalog& catalog, const ServiceId& service_id,
                                           const ApplicationBundle& bundle);

}  // namespace mainstay::apim
