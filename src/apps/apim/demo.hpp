#pragma once

#include "apps/apim/domain/catalog_edit.hpp"

namespace mainstay::apim {

/// A tenant to try things with: provider key "demo-provider", service "demo" known by user key,
/// metric "hits", application "demo-app" with user key "demo-user" on a plan with 2 hits a minute.
Result<CatalogEdit> put_demo(const Catalog& catalog);

}  // namespace mainstay::apim
