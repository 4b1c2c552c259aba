#pragma once

#include "platform/http/router.hpp"

namespace mainstay::auth {
class Guard;
}

namespace mainstay::clusters {

/// The page /clusters, what it is made of, and who looks at it: /clusters/session. All else it does
/// through /api. `guard`: null when nobody can sign in here; else it outlives the router.
void register_page(http::Router& router, auth::Guard* guard);

}  // namespace mainstay::clusters
