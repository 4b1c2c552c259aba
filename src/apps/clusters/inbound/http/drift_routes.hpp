#pragma once

#include "apps/clusters/access.hpp"
#include "apps/clusters/drift_desk.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "platform/http/router.hpp"

namespace mainstay::clusters {

/// Looks on a thread that may block, and tells what it found there; false: too many wait.
using LookForDrift = UniqueFunction<bool(UniqueFunction<void(Result<DriftReport>)>)>;

/// GET /api/drift. What it is given outlives the router.
void register_drift_routes(http::Router& router, const Access& access, const LookForDrift& look);

}  // namespace mainstay::clusters
