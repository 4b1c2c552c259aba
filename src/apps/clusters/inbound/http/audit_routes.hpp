#pragma once

#include "apps/clusters/access.hpp"
#include "apps/clusters/domain/audit.hpp"
#include "apps/clusters/ports/audit_log.hpp"
#include "platform/http/router.hpp"

namespace mainstay::clusters {

/// GET /clusters/audit: the audit log as JSON lines or CloudEvents, for the role clusters_audit.
void register_audit_routes(http::Router& router, const Access& access, AuditLog& log,
                           Digest sha256);

}  // namespace mainstay::clusters
