#pragma once

#include "platform/http/router.hpp"

namespace mainstay::auth {
class Guard;
}

namespace mainstay::exchange {

class PrimaryDesk;
class Venue;

/// Investors, artists and allocations under /exchange/v1, for whoever is signed in: each sees its
/// own, callers of the role `exchange` everybody's. All outlives the router.
void register_primary_market(http::Router& router, PrimaryDesk& desk, Venue& venue,
                             auth::Guard& guard);

}  // namespace mainstay::exchange
