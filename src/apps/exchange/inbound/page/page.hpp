#pragma once

#include "platform/http/router.hpp"

namespace mainstay::auth {
class Guard;
}

namespace mainstay::exchange {

/// The page /exchange, what it is made of, and who looks at it. All else it does through the
/// market's own doors: REST, streams, operations.
///
///   GET /exchange            the page; /exchange/web/FILE its scripts and style
///   GET /exchange/session    {"signed_in":true,"name":..,"roles":[..]}, or false: no failure
///
/// `guard`: null when nobody can sign in here; else it outlives the router.
void register_page(http::Router& router, auth::Guard* guard);

}  // namespace mainstay::exchange
