#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "apps/clusters/domain/change.hpp"
#include "base/result.hpp"

namespace mainstay::clusters {

enum class PullRequestState : std::uint8_t { open, merged, closed };

struct PullRequestStatus {
  PullRequest pull_request;
  PullRequestState state = PullRequestState::open;
  std::string merge_commit = {};  // once it is merged; empty where the forge does not tell
  std::string merged_by = {};     // the same: somebody's name there
};

struct NewPullRequest {
  std::string head;  // branch
  std::string base;
  std::string title;
  std::string body;
};

/// Where pull requests are reviewed. Blocks. Errc::forge_unavailable (worth trying again),
/// Errc::forge_refused (not: credentials, permissions, no such repository).
class Forge {
 public:
  virtual ~Forge() = default;

  /// Idempotent: an open one of that head and base gets title and body and is given.
  virtual Result<PullRequestStatus> open(const NewPullRequest& wanted) = 0;
  virtual Result<PullRequestStatus> find(std::int64_t number) = 0;
  /// "github", "gitlab", "gitea", "embedded".
  [[nodiscard]] virtual std::string_view kind() const = 0;
};

}  // namespace mainstay::clusters
