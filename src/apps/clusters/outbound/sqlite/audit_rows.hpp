#pragma once

#include "apps/clusters/ports/audit_log.hpp"
#include "base/clock.hpp"
#include "platform/store/store.hpp"

namespace mainstay::clusters {

/// The next record of the chain, in the transaction of what it tells of.
Result<> append_audit(store::Session& session, AuditEntry entry, SystemTime at, Digest sha256);

/// AuditLog in the relational store (table clusters_audit), on either engine.
class SqlAuditLog final : public AuditLog {
 public:
  SqlAuditLog(store::Store& store, const Clock& clock, Digest sha256)
      : store_(store), clock_(clock), sha256_(sha256) {}

  void append(AuditEntry entry, Proposals::Done<void> done) override;
  void read(std::int64_t after, std::size_t limit,
            Proposals::Done<std::vector<AuditRecord>> done) override;

 private:
  store::Store& store_;
  const Clock& clock_;
  const Digest sha256_;
};

}  // namespace mainstay::clusters
