#pragma once

#include "platform/http/router.hpp"

namespace mainstay::auth {
class Guard;
}

namespace mainstay::exchange {

class LiveMarket;

/// GET and PUT /exchange/v1/simulation: what the simulated people do; to change it takes the role
/// `exchange`. `market` and `guard` outlive the router.
void register_simulation(http::Router& router, LiveMarket& market, auth::Guard& guard);

}  // namespace mainstay::exchange
