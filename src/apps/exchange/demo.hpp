#pragma once

#include "apps/exchange/live_market.hpp"
#include "apps/exchange/primary_desk.hpp"
#include "apps/exchange/venue.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::exchange {

/// A small market to look at: three artists' assets against dollars. Made twice it is the same.
/// Waits for the lane.
Result<> define_demo_market(Venue& venue);

/// A primary market beside it: artists whose units are for sale, investors of the owner `demo`, and
/// one allocation. What is there already stays as it is. Waits for the desk's lanes.
Result<> define_demo_primary_market(PrimaryDesk& desk, SystemTime now);

/// Who trades in it.
LiveMarketOptions demo_crowd();

}  // namespace mainstay::exchange
