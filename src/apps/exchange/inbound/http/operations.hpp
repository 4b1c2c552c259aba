#pragma once

#include "platform/http/router.hpp"

namespace mainstay::auth {
class Guard;
}

namespace mainstay::exchange {

class Venue;

/// What operators of the market do, under /exchange/v1: assets, symbols, phases, balances, busts,
/// suspensions. For callers of the role `exchange`. `venue` and `guard` outlive the router.
void register_operations(http::Router& router, Venue& venue, auth::Guard& guard);

}  // namespace mainstay::exchange
