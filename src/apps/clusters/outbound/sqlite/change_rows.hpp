#pragma once

#include "apps/clusters/ports/change_store.hpp"
#include "platform/store/store.hpp"

namespace mainstay::clusters {

/// ChangeStore in the relational store (tables clusters_changes and clusters_audit), on either
/// engine.
class SqlChangeStore final : public ChangeStore {
 public:
  SqlChangeStore(store::Store& store, Digest sha256) : store_(store), sha256_(sha256) {}

  void add(ChangeRequest request, AuditEntry entry, Done<Added> done) override;
  Result<> save(const ChangeRequest& request, bool is_open, const AuditEntry* entry) override;
  Result<std::vector<ChangeRequest>> load_open() override;
  void find(ChangeId id, Done<ChangeRequest> done) override;
  void find_by_key(std::string requested_by, std::string idempotency_key,
                   Done<std::optional<ChangeRequest>> done) override;
  void list(Proposals::Query query, Done<std::vector<Proposals::Listed>> done) override;

 private:
  store::Store& store_;
  const Digest sha256_;
};

}  // namespace mainstay::clusters
