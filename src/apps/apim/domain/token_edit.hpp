#pragma once

#include <span>

#include "apps/apim/domain/catalog_edit.hpp"

namespace mainstay::apim {

/// Adds all the pairs or, on an error, none. Their services need not exist. Errors:
/// service_token_blank, service_id_blank, value_invalid, too_many.
Result<CatalogEdit> add_service_tokens(const Catalog& catalog, std::span<const TokenGrant> grants);

/// Removes those that are there: one row for each. Error: too_many.
Result<CatalogEdit> remove_service_tokens(const Catalog& catalog,
                                          std::span<const TokenGrant> grants);

}  // namespace mainstay::apim
