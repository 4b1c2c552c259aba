#pragma once

#include <optional>
#include <string>

#include "apps/apim/domain/catalog_edit.hpp"

namespace mainstay::apim {

/// Absent attributes stay as they are; of a new service they are empty, off and "active", but a
/// provider key is needed.
struct ServiceChange {
  std::optional<ProviderKey> provider_key;
  std::optional<std::string> backend_version;
  std::optional<std::string> state;  // "active"; any other word means "suspended"
  std::optional<bool> referrer_filters_required;
  /// Null: UTC. Another zone than before begins new windows of a day and longer (and of an hour,
  /// where offsets are not whole hours): limits of those count from 0 from then on.
  std::optional<const TimeZone*> zone;
  /// True makes it its provider's default. False does not take that away: another service must be
  /// made the default. Absent: a new service of a provider without a default becomes it.
  std::optional<bool> default_service;
};

/// Makes or changes a service. Another provider key moves it there; refused for the default service
/// of a provider who has others. Errors: value_missing, value_invalid, service_is_default_service.
Result<CatalogEdit> put_service(const Catalog& catalog, const ServiceId& id,
                                const ServiceChange& change);

/// Removes a service and everything under it, its tokens too. Errors: service_id_invalid;
/// service_is_default_service while its provider has others.
Result<CatalogEdit> remove_service(const Catalog& catalog, const ServiceId& id);

/// Gives a provider another key; his services and his default stay his. Errors:
/// invalid_provider_keys (an empty one, or equal), provider_key_exists, provider_key_not_found,
/// value_invalid.
Result<CatalogEdit> change_provider_key(const Catalog& catalog, const ProviderKey& from,
                                        const ProviderKey& to);

bool is_default_service(const Catalog& catalog, const Service& service);

}  // namespace mainstay::apim
