#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "apps/clusters/domain/audit.hpp"
#include "apps/clusters/ports/proposals.hpp"

namespace mainstay::clusters {

/// Append-only, hash-chained. Any thread.
class AuditLog {
 public:
  virtual ~AuditLog() = default;

  /// `done` once it is committed. Errc::store_failed.
  virtual void append(AuditEntry entry, Proposals::Done<void> done) = 0;

  /// In order, from the one behind that sequence on.
  virtual void read(std::int64_t after, std::size_t limit,
                    Proposals::Done<std::vector<AuditRecord>> done) = 0;
};

}  // namespace mainstay::clusters
