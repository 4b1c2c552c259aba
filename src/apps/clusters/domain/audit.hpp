#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/clusters/domain/change.hpp"
#include "base/clock.hpp"

namespace mainstay::clusters {

/// What is written down of one thing that happened: who, what, to which object, and how it ended.
/// Never a secret's value: names of keys and sizes at most.
struct AuditEntry {
  std::string actor;    // who did it; "mainstay" for what the program does by itself
  std::string action;   // "change.proposed", "change.merged" ...
  std::string outcome;  // "done", "refused", "failed"
  std::string kind = {};
  std::string name = {};
  std::string name_space = {};
  std::string request = {};                                    // ChangeId, when there is one
  std::vector<std::pair<std::string, std::string>> more = {};  // in this order
  bool operator==(const AuditEntry&) const = default;
};

/// An entry in its chain. `hash` covers everything before it in this record and, by `previous`, all
/// records before this one: who changes, drops or inserts one must make all later ones anew.
struct AuditRecord {
  std::int64_t sequence = 0;  // from 1, without gaps
  SystemTime at{};
  AuditEntry entry;
  std::string previous = {};  // the hash of the one before, in hexadecimal; the first's: 64 zeros
  std::string hash = {};
  bool operator==(const AuditRecord&) const = default;
};

/// `previous` of the first.
std::string audit_root();

/// The next record of a chain that ends with that sequence and hash.
AuditRecord chained(AuditEntry entry, SystemTime at, std::int64_t last_sequence,
                    std::string_view last_hash, Digest sha256);

/// The text that is hashed: each field with its length in bytes, so that none runs into the next
/// (docs/clusters_changes.md says how to check a chain with other programs).
std::string audit_text(const AuditRecord& record);

/// Follows a chain from its first record, or from one whose predecessor is known.
class AuditChain {
 public:
  explicit AuditChain(Digest sha256, std::int64_t last_sequence = 0,
                      std::string last_hash = audit_root())
      : sha256_(sha256), sequence_(last_sequence), hash_(std::move(last_hash)) {}

  /// Nothing, or what is wrong with it.
  std::optional<std::string> next(const AuditRecord& record);
  [[nodiscard]] std::int64_t sequence() const { return sequence_; }
  [[nodiscard]] const std::string& hash() const { return hash_; }

 private:
  Digest sha256_;
  std::int64_t sequence_;
  std::string hash_;
};

/// What a request's new state says to the audit log.
AuditEntry audit_of(const ChangeRequest& request, std::string actor, Digest sha256);

}  // namespace mainstay::clusters
