#pragma once

#include "apps/clusters/domain/instance_type.hpp"

namespace mainstay::clusters {

/// What the program knows with no network: shipped.snapshot, made by tools/shipped_prices.py. Its
/// prices are list prices of one region as they were once, for a first estimate.
InstanceTypeSet shipped_prices();

}  // namespace mainstay::clusters
