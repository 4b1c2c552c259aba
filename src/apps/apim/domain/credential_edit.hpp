#pragma once

#include <string_view>

#include "apps/apim/domain/catalog_edit.hpp"

namespace mainstay::apim {

// What an application proves itself with, and from where. All: service_not_found, value_invalid;
// all but the user keys': application_not_found. Adding what is there and, where no error says
// otherwise, removing what is not changes nothing.

/// Error: too_many.
Result<CatalogEdit> add_application_key(const Catalog& catalog, const ServiceId& service_id,
                                        const ApplicationId& application_id,
                                        const ApplicationKey& key);
/// Error: application_key_not_found.
Result<CatalogEdit> remove_application_key(const Catalog& catalog, const ServiceId& service_id,
                                           const ApplicationId& application_id,
                                           const ApplicationKey& key);

/// Errors: referrer_filter_invalid (blank), too_many.
Result<CatalogEdit> add_referrer_filter(const Catalog& catalog, const ServiceId& service_id,
                                        const ApplicationId& application_id,
                                        std::string_view filter);
Result<CatalogEdit> remove_referrer_filter(const Catalog& catalog, const ServiceId& service_id,
                                           const ApplicationId& application_id,
                                           std::string_view filter);

/// Leads the user key to that application, away from another. The application need not exist.
/// Errors: application_has_inconsistent_data (something blank), too_many.
Result<CatalogEdit> put_user_key(const Catalog& catalog, const ServiceId& service_id,
                                 const UserKey& user_key, const ApplicationId& application_id);
Result<CatalogEdit> remove_user_key(const Catalog& catalog, const ServiceId& service_id,
                                    const UserKey& user_key);

}  // namespace mainstay::apim
