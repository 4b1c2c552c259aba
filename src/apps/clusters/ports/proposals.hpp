#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/clusters/domain/change.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"

namespace mainstay::clusters {

/// Changes of the repository, from the proposal to the object that is ready. Any thread; answers
/// come once, on a thread of the implementation or the caller's, and must be short.
class Proposals {
 public:
  virtual ~Proposals() = default;

  template <class T>
  using Done = UniqueFunction<void(Result<T>)>;

  /// Stores it; from then on it is carried out, over any crash. `before`: when it was requested,
  /// validated and policy checked. What was proposed with that idempotency key by the same person
  /// before is given instead (Errc::idempotency_key_reused when that was for something else).
  /// Errc::busy, Errc::store_failed, Errc::field_invalid (a path).
  virtual void propose(Change change, std::vector<ChangeStep> before, Done<ChangeRequest> done) = 0;

  /// Waits until there is something to show: a pull request or a merge, or that it has failed, or
  /// that its step is being tried again, or until `patience` has passed. Errc::change_not_found.
  virtual void when_proposed(ChangeId id, Millis patience, Done<ChangeRequest> done) = 0;

  /// Errc::change_not_found.
  virtual void find(ChangeId id, Done<ChangeRequest> done) = 0;
  /// What that person proposed with that idempotency key; nothing when there is none.
  virtual void find_by_key(std::string requested_by, std::string idempotency_key,
                           Done<std::optional<ChangeRequest>> done) = 0;

  struct Query {
    std::optional<ChangeKind> kind = {};
    std::string name = {};  // of the object
    std::optional<ChangeState> state = {};
    bool only_open = false;  // not is_over()
    std::string requested_by = {};
    std::int64_t before = 0;  // page: those older than this `Listed::position`; 0: the newest
    std::size_t limit = 100;  // up to 500
  };
  struct Listed {
    std::int64_t position = 0;
    ChangeRequest request;
  };
  /// The newest first; without contents of files and without diffs.
  virtual void list(Query query, Done<std::vector<Listed>> done) = 0;

  /// A failed one is carried on where it failed. Errc::change_not_found, Errc::conflict (it has not
  /// failed).
  virtual void try_again(ChangeId id, std::string by, Done<ChangeRequest> done) = 0;

  /// Hears of every request that was stored or changed, once that is committed, on a thread of the
  /// implementation: must be short. Lives as long as what is given; a call may still be under way
  /// when that ends, so the listener owns, or shares, what it uses.
  using Listener = std::function<void(const ChangeRequest&)>;
  using Subscription = std::shared_ptr<const Listener>;
  [[nodiscard]] virtual Subscription subscribe(Listener listener) = 0;
};

}  // namespace mainstay::clusters
