#pragma once

#include "apps/clusters/access.hpp"
#include "apps/clusters/ports/cluster_reader.hpp"
#include "platform/health/health.hpp"
#include "platform/http/router.hpp"

namespace mainstay::clusters {

/// GET /api/liveness and /api/readiness, which answer a JSON text as the API always has, and the
/// shape of Backstage's own, /.backstage/health/v1/liveness and readiness. None leaks: which check
/// fails is told by GET /api/status, to readers. (/liveness and /readiness are the platform's.)
void register_probe_routes(http::Router& router, const Access& access, const ClusterReader& cluster,
                           const health::Health& health);

/// GET /liveness and /readiness, answering as those below /api: of a listener of our own only.
void register_own_probes(http::Router& router, const health::Health& health);

}  // namespace mainstay::clusters
