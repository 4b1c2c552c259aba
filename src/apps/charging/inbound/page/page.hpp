#pragma once

#include "platform/http/router.hpp"

namespace mainstay::auth {
class Guard;
}

namespace mainstay::charging {

/// The page /charging, what it is made of, and who looks at it: /charging/session. All else it does
/// through the network's own API. `guard`: null when nobody can sign in here; else it outlives the
/// router.
void register_page(http::Router& router, auth::Guard* guard);

}  // namespace mainstay::charging
