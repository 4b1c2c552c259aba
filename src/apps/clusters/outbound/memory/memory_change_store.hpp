#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "apps/clusters/errc.hpp"
#include "apps/clusters/ports/change_store.hpp"
#include "base/mutex.hpp"

namespace mainstay::clusters {

/// ChangeStore without a disk, for tests. Any thread; answers come at once, on the caller's.
class MemoryChangeStore final : public ChangeStore {
 public:
  explicit MemoryChangeStore(Digest sha256) : sha256_(sha256) {}

  void add(ChangeRequest request, AuditEntry entry, Done<Added> done) override {
    done(added(std::move(request), std::move(entry)));
  }

  Result<> save(const ChangeRequest& request, bool is_open, const AuditEntry* entry) override {
    const MutexLock lock{mutex_};
    for (Row& row : rows_) {
      if (row.request.id != request.id) continue;
      row = {request, is_open};
      if (entry != nullptr) append(*entry, request.updated_at);
      return {};
    }
    return Errc::change_not_found;
  }

  Result<std::vector<ChangeRequest>> load_open() override {
    const MutexLock lock{mutex_};
    std::vector<ChangeRequest> out;
    for (const Row& row : rows_) {
      if (row.is_open) out.push_back(row.request);
    }
    return out;
  }

  void find(ChangeId id, Done<ChangeRequest> done) override { done(found(id)); }

  void find_by_key(std::string requested_by, std::string idempotency_key,
                   Done<std::optional<ChangeRequest>> done) override {
    std::optional<ChangeRequest> found;
    {
      const MutexLock lock{mutex_};
      for (const Row& row : rows_) {
        const Change& change = row.request.change;
        if (change.requested_by != requested_by || change.idempotency_key != idempotency_key) {
          continue;
        }
        found = row.request;
      }
    }
    done(std::move(found));
  }

  void list(Proposals::Query query, Done<std::vector<Proposals::Listed>> done) override {
    std::vector<Proposals::Listed> out;
    {
      const MutexLock lock{mutex_};
      for (std::size_t n = rows_.size(); n > 0 && out.size() < query.limit; --n) {
        const auto position = static_cast<std::int64_t>(n);
        if (query.before > 0 && position >= query.before) continue;
        if (!matches(query, rows_[n - 1])) continue;
        out.push_back({position, rows_[n - 1].request});
        out.back().request.change.files.clear();
        out.back().request.change.facts.diff.clear();
      }
    }
    done(std::move(out));
  }

  /// A copy.
  [[nodiscard]] std::vector<AuditRecord> audit() {
    const MutexLock lock{mutex_};
    return audit_;
  }

 private:
  struct Row {
    ChangeRequest request;
    bool is_open = true;
  };

  static bool matches(const Proposals::Query& query, const Row& row) {
    const Change& change = row.request.change;
    return (!query.kind || *query.kind == change.kind) &&
           (!query.state || *query.state == row.request.state) &&
           (query.name.empty() || query.name == change.name) &&
           (query.requested_by.empty() || query.requested_by == change.requested_by) &&
           (!query.only_open || row.is_open);
  }

  Result<Added> added(ChangeRequest request, AuditEntry entry) {
    const MutexLock lock{mutex_};
    const Change& wanted = request.change;
    for (const Row& row : rows_) {
      const Change& there = row.request.change;
      if (wanted.idempotency_key.empty() || there.idempotency_key != wanted.idempotency_key ||
          there.requested_by != wanted.requested_by) {
        continue;
      }
      const bool is_same =
          there.asked == wanted.asked && (!wanted.asked.empty() || there.files == wanted.files) &&
          there.name == wanted.name && there.kind == wanted.kind && there.verb == wanted.verb &&
          there.skip_pull_request == wanted.skip_pull_request;
      if (!is_same) return Errc::idempotency_key_reused;
      return Added{row.request, false};
    }
    append(std::move(entry), request.created_at);
    rows_.push_back({request});
    return Added{std::move(request)};
  }

  Result<ChangeRequest> found(const ChangeId& id) {
    const MutexLock lock{mutex_};
    for (const Row& row : rows_) {
      if (row.request.id == id) return row.request;
    }
    return Errc::change_not_found;
  }

  void append(AuditEntry entry, SystemTime at) MS_REQUIRES(mutex_) {
    const std::string last = audit_.empty() ? audit_root() : audit_.back().hash;
    const auto size = static_cast<std::int64_t>(audit_.size());
    audit_.push_back(chained(std::move(entry), at, size, last, sha256_));
  }

  const Digest sha256_;
  Mutex mutex_;
  std::vector<Row> rows_ MS_GUARDED_BY(mutex_);
  std::vector<AuditRecord> audit_ MS_GUARDED_BY(mutex_);
};

}  // namespace mainstay::clusters
