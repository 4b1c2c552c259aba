#pragma once

#include "apps/@{app}/outbound/item_rows.hpp"
#include "platform/http/router.hpp"

namespace @{name}::@{app} {

/// The list, one of it, and a way to add one. `rows` outlives the router.
void register_routes(mainstay::http::Router& router, ItemRows& rows);

}  // namespace @{name}::@{app}
