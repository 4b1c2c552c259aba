#pragma once

#include <string>
#include <string_view>

#include "apps/clusters/domain/audit.hpp"

namespace mainstay::clusters {

/// A record as one line of JSON, all that its hash covers in it; ends with a line end.
void append_audit_line(std::string& out, const AuditRecord& record);

/// The same as a CloudEvent 1.0 in its JSON format (structured mode): id is the sequence, source
/// `/mainstay/clusters/audit`, type `mainstay.clusters.` and the action, data the record. Without a
/// line end.
void append_cloud_event(std::string& out, const AuditRecord& record);

/// "2026-11-22T10:00:00.000001Z"
std::string audit_time(SystemTime at);

}  // namespace mainstay::clusters
