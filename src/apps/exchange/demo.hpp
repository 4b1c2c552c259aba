#pragma once

#include "apps/exchange/live_market.hpp"
#include "apps/exchange/venue.hpp"
#include "base/result.hpp"

namespace mainstay::exchange {

/// A small market to look at: three artists' assets against dollars. Made twice it is the same.
/// Waits for the lane.
Result<> define_demo_market(Venue& venue);

/// Who trades in it.
LiveMarketOptions demo_crowd();

}  // namespace mainstay::exchange
