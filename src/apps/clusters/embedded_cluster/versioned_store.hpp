#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/document.hpp"

namespace mainstay::clusters::embedded {

using ObjectPointer = std::shared_ptr<const Document>;
using Revision = std::uint64_t;

/// What happened to one object.
struct Change {
  Revision revision;
  std::string resource;
  std::string key;
  ObjectPointer before;  // null: it was made
  ObjectPointer after;   // null: it was removed
  ObjectPointer told;    // what watchers see: `after`, or the last state with its last revision
};

/// Objects by resource ("secrets") and key ("namespace/name"; "/name" without one), each write with
/// a revision of its own, and the last changes: watches begin anywhere among them, and lists show
/// what was there at any of their revisions. One thread. Bounds: StoreLimits; what is forgotten is
/// told by oldest_kept().
class VersionedStore {
 public:
  struct Limits {
    std::size_t changes_max = 20'000;
    std::size_t change_bytes_max = 64U << 20U;  // of the objects that only changes hold, about
  };
  VersionedStore() : VersionedStore(Limits{}) {}
  explicit VersionedStore(Limits limits) : limits_(limits) {}

  /// Of the newest write.
  [[nodiscard]] Revision revision() const { return revision_; }
  /// Watches and lists may ask for this revision and newer ones.
  [[nodiscard]] Revision oldest_kept() const { return oldest_kept_; }

  [[nodiscard]] ObjectPointer find(std::string_view resource, std::string_view key) const;
  [[nodiscard]] std::size_t objects() const { return objects_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  /// Writes the object with its resourceVersion; `bytes` is its encoded size.
  const Change& put(const std::string& resource, const std::string& key, Document object,
                    std::size_t bytes);
  /// The object must be there.
  const Change& remove(const std::string& resource, const std::string& key);

  struct Page {
    std::vector<std::pair<std::string, ObjectPointer>> objects;  // by key
    bool is_last = true;
  };
  /// Of the keys that begin with `prefix` and lie behind `after`, as of `at`, which must be kept;
  /// at most `limit` (0: all).
  [[nodiscard]] Page page(std::string_view resource, std::string_view prefix, Revision at,
                          std::string_view after, std::size_t limit) const;

  /// The changes behind `since`, which must be kept, oldest first; until `visit` says false.
  template <class Visit>
  void changes_since(Revision since, Visit visit) const {
    for (const Entry& entry : log_) {
      if (entry.change.revision > since && !visit(entry.change)) return;
    }
  }

 private:
  struct Stored {
    ObjectPointer object;
    std::size_t bytes;
  };
  struct Entry {
    Change change;
    std::size_t bytes;  // that go with it
  };
  using Objects = std::map<std::string, Stored, std::less<>>;

  const Change& append(Change change, std::size_t bytes);

  Limits limits_;
  Revision revision_ = 1;
  Revision oldest_kept_ = 1;
  std::map<std::string, Objects, std::less<>> resources_;
  std::size_t objects_ = 0;
  std::size_t bytes_ = 0;
  std::deque<Entry> log_;
  std::size_t log_bytes_ = 0;
};

}  // namespace mainstay::clusters::embedded
