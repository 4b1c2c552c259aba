#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "apps/clusters/fundamental.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::clusters {

enum class ChangeKind : std::uint8_t { node_group, secret, reseal };
enum class ChangeVerb : std::uint8_t { create, update, remove };

/// "nodegroup", "secret", "reseal"; "create", "update", "delete".
std::string_view name_of(ChangeKind kind);
std::string_view name_of(ChangeVerb verb);
std::optional<ChangeKind> change_kind(std::string_view name);
std::optional<ChangeVerb> change_verb(std::string_view name);

/// One file of the repository as the change wants it; without content: gone.
struct FileChange {
  std::string path;  // relative, with '/'; see check_repository_path()
  std::optional<std::string> content = {};
  bool operator==(const FileChange&) const = default;
};

/// What was found out before it was proposed, for people: shown with the request and kept in the
/// audit log. Holds no secret values.
struct ChangeFacts {
  std::string diff = {};                   // unified
  std::string dry_run = {};                // what the cluster's server said
  std::string monthly_cost = {};           // "+123.45 USD"; empty: unknown, or costs nothing
  std::vector<std::string> verdicts = {};  // of policies, a line each
  bool operator==(const ChangeFacts&) const = default;
};

/// What somebody wants of the repository: validated, checked and rendered.
struct Change {
  ChangeKind kind = ChangeKind::node_group;
  ChangeVerb verb = ChangeVerb::create;
  std::string name = {};        // of the object; of a reseal: the certificate's fingerprint
  std::string name_space = {};  // empty for what belongs to none
  std::vector<FileChange> files = {};
  std::string title = {};          // of the pull request, and the commit's first line
  std::string body = {};           // of the pull request (Markdown)
  std::string requested_by = {};   // who: "name <address>" or a name alone
  bool skip_pull_request = false;  // committed on the base branch; the caller may (direct_role)
  std::string idempotency_key = {};
  /// A digest of what was asked, where the files do not tell: sealed values differ each time. What
  /// comes with the same key must have the same.
  std::string asked = {};
  ChangeFacts facts = {};
  bool operator==(const Change&) const = default;
};

/// Where a request stands (docs/clusters_changes.md). In this order on the straight way; `closed`
/// and `failed` may be left again (reopened; tried again), `ready` and `degraded` change places
/// as the object does, until the request is over.
enum class ChangeState : std::uint8_t {
  requested,
  validated,
  policy_checked,
  rendered,  // the first that is stored: what comes before holds values that may not be
  branch_pushed,
  pull_request_open,
  merged,
  closed,  // without having been merged
  syncing,
  ready,
  degraded,
  failed,  // for good, with the reason; until somebody has it tried again
};

/// "requested", "branch_pushed" and so on.
std::string_view name_of(ChangeState state);
std::optional<ChangeState> change_state(std::string_view name);
/// No step follows by itself.
bool is_over(ChangeState state);

struct ChangeStep {
  ChangeState state = ChangeState::requested;
  SystemTime at{};
  std::string note = {};  // a commit, an address, a reason
  bool operator==(const ChangeStep&) const = default;
};

struct PullRequest {
  std::int64_t number = 0;  // the forge's; 0: none
  std::string url = {};
  bool operator==(const PullRequest&) const = default;
};

/// A change on its way. `branch`, and every commit, follow from the rest: carrying out a step again
/// after a crash finds what the step before the crash did.
struct ChangeRequest {
  ChangeId id;
  Change change;
  ChangeState state = ChangeState::rendered;
  std::string branch = {};  // of the pull request, or the base branch
  std::string commit = {};  // what was pushed
  PullRequest pull_request = {};
  std::string merge_commit = {};
  std::vector<ChangeStep> timeline = {};  // every state it was in, in order
  std::string last_error = {};            // of the step that is tried again, or has failed
  std::uint32_t attempts = 0;             // failed ones of the next step
  SystemTime next_attempt_at{};
  SystemTime created_at{};
  SystemTime updated_at{};
  bool operator==(const ChangeRequest&) const = default;
};

// What happens to a request.
struct BranchPushed {
  std::string commit;
};
struct PullRequestOpened {
  PullRequest pull_request;
};
struct PullRequestMerged {  // or committed on the base branch, or found to be there already
  std::string commit;
  std::string by = {};  // who merged it, where the forge tells
};
struct PullRequestClosed {};
struct PullRequestReopened {};
struct SyncStarted {
  std::string note;
};
struct BecameReady {
  std::string note;
};
struct BecameDegraded {
  std::string reason;
};
struct StepFailed {
  std::string reason;
  bool for_good = false;  // trying again would not help
};
struct TryAgain {
  std::string by;
};
using ChangeEvent = std::variant<BranchPushed, PullRequestOpened, PullRequestMerged,
                                 PullRequestClosed, PullRequestReopened, SyncStarted, BecameReady,
                                 BecameDegraded, StepFailed, TryAgain>;

/// When a failed step is tried again, and when a request is given up.
struct ChangePatience {
  Millis delay_min{1'000};  // doubled with each failure
  Millis delay_max{600'000};
  std::uint32_t attempts_max = 200;  // of getting to a pull request; then it has failed for good
  // How long one that is closed is watched, since it may be opened again, and one that is merged
  // but not ready; from its last change on.
  Millis settle_max{86'400'000};
};

/// Carries the event into the request. False, and nothing changes, when it says nothing new in this
/// state: events come twice and late (webhooks, polling, a step repeated after a crash).
bool step(ChangeRequest& request, const ChangeEvent& event, SystemTime now,
          const ChangePatience& patience = {});

enum class ChangeAction : std::uint8_t {
  none,
  push_branch,  // or commit on the base branch
  open_pull_request,
  watch_pull_request,
  watch_sync,
};
/// What is to be done next for it; none while a failed step waits.
ChangeAction next_action(const ChangeRequest& request, SystemTime now,
                         const ChangePatience& patience = {});
/// Whether anything may ever be done for it by itself.
bool is_open(const ChangeRequest& request, SystemTime now, const ChangePatience& patience = {});

using Digest = std::string (*)(std::string_view);  // SHA-256: 32 bytes

/// PREFIX/VERB-KIND-[NAMESPACE-]NAME-HASH: the same for the same content on the same base branch.
std::string branch_of(const Change& change, std::string_view prefix, std::string_view base,
                      Digest sha256);

/// Of what the change does to the repository, in hexadecimal: its files and their contents.
std::string content_hash(const Change& change, Digest sha256);

/// The message of its commit: the title, the facts, and trailers that say for whom
/// (`Requested-by`) and which request (`Request-Id`).
std::string commit_message(const ChangeRequest& request);

/// A relative path of the repository below `folder`, without empty, "." or ".." parts, without what
/// git reserves (".git"), of printable UTF-8, up to 1,024 bytes. Errc::field_invalid.
Result<> check_repository_path(std::string_view path, std::string_view folder);

}  // namespace mainstay::clusters
