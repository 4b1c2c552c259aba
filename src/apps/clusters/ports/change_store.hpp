#pragma once

#include <vector>

#include "apps/clusters/domain/audit.hpp"
#include "apps/clusters/ports/proposals.hpp"

namespace mainstay::clusters {

/// Requests, and what the audit log says of them: both in one commit. What is answered is
/// committed. Any thread.
class ChangeStore {
 public:
  virtual ~ChangeStore() = default;

  template <class T>
  using Done = Proposals::Done<T>;

  struct Added {
    ChangeRequest request;
    bool is_new = true;  // false: it is the one that the idempotency key stands for
  };
  /// A new one. With its idempotency key and person there already: that one, if the same was asked
  /// (Change::asked, else the files), else Errc::idempotency_key_reused.
  virtual void add(ChangeRequest request, AuditEntry entry, Done<Added> done) = 0;

  /// Instead of the one of its id. `is_open`: load_open() gives it. `entry`: null for what the
  /// audit log need not know. Blocks.
  virtual Result<> save(const ChangeRequest& request, bool is_open, const AuditEntry* entry) = 0;

  /// The oldest first. Blocks.
  virtual Result<std::vector<ChangeRequest>> load_open() = 0;

  virtual void find(ChangeId id, Done<ChangeRequest> done) = 0;
  virtual void find_by_key(std::string requested_by, std::string idempotency_key,
                           Done<std::optional<ChangeRequest>> done) = 0;
  virtual void list(Proposals::Query query, Done<std::vector<Proposals::Listed>> done) = 0;
};

}  // namespace mainstay::clusters
