#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "apps/apim/domain/catalog.hpp"
#include "apps/apim/domain/catalog_rows.hpp"
#include "base/result.hpp"

namespace mainstay::apim {

/// A service with everything under it as rows, in the order in which a store can take them and a
/// CatalogBuilder reads them: what is exported and imported as a whole.
struct ServiceBundle {
  ServiceId id;
  std::vector<CatalogRow> rows;  // the first is the service's own
};

/// By service id: its tokens, sorted.
using TokensOfServices = std::map<std::string, std::vector<ServiceToken>, std::less<>>;
TokensOfServices tokens_of_services(const Catalog& catalog);

/// The rows of a service; of what has no order of making, sorted, so that the same service always
/// gives the same rows.
ServiceBundle bundle_of(const Catalog& catalog, const Service& service,
                        const TokensOfServices& tokens);

/// What the internal API checks of each change, for a whole service at once; gives the same rows in
/// the order of bundle_of(). Errors: the catalog's (value_invalid, too_many, metric_name_taken,
/// rows_inconsistent ...), the row named in the detail.
Result<ServiceBundle> checked_bundle(const ServiceBundle& bundle);

/// Whether both say the same.
bool same_rows(const ServiceBundle& a, const ServiceBundle& b);

}  // namespace mainstay::apim
