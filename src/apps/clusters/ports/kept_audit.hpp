#pragma once

#include <utility>
#include <vector>

#include "apps/clusters/ports/audit_log.hpp"

namespace mainstay::clusters {

/// For tests: an audit log that keeps what is appended, in order, and gives nothing back.
class KeptAudit final : public AuditLog {
 public:
  void append(AuditEntry entry, Proposals::Done<void> done) override {
    entries.push_back(std::move(entry));
    done({});
  }
  void read(std::int64_t, std::size_t, Proposals::Done<std::vector<AuditRecord>> done) override {
    done(std::vector<AuditRecord>{});
  }
  std::vector<AuditEntry> entries;
};

}  // namespace mainstay::clusters
