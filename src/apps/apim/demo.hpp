#pragma once

#include "apps/apim/domain/catalog_edit.hpp"

namespace mainstay::apim {

/// A tenant to try things with: provider key "demo-provider", service "demo" known by user key,
/// metric "hits", applications "demo-app" with user key "demo-user" and, for gated routes,
/// "demo-echo" with user key "demo-echo", both on a plan with 2 hits a minute.
Result<CatalogEdit> put_demo(const Catalog& catalog);

}  // namespace mainstay::apim
