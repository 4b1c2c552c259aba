#pragma once

#include "platform/http/router.hpp"

namespace mainstay::auth {
class Guard;
}

namespace mainstay::exchange {

/// POST /exchange/api/v1/keys: the key and secret that an API token of the platform is for this
/// API (docs/adr/0031). By bearer token of that token itself; by session of the one that the
/// parameter `id` names. `guard` outlives the router.
void register_key_routes(http::Router& router, auth::Guard& guard);

}  // namespace mainstay::exchange
