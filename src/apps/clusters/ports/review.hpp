#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "apps/clusters/ports/forge.hpp"
#include "base/clock.hpp"

namespace mainstay::clusters {

/// A pull request as people review it.
struct ReviewedPull {
  std::int64_t number = 0;
  PullRequestState state = PullRequestState::open;
  std::string title;
  std::string body;
  std::string head;
  std::string base;
  std::string head_commit = {};
  std::string merge_commit = {};
  std::string decided_by = {};
  SystemTime created_at{};
  SystemTime updated_at{};
};

struct PullDiff {
  std::string text;         // unified
  bool is_cut = false;      // Limits::diff_bytes_max
  bool can_merge = true;    // without conflicts, as the base is now
  std::string author = {};  // of the newest commit: "name <address>"
  bool is_signed = false;
  std::string message = {};
};

/// Where people look at the embedded forge's pull requests and decide. Blocks.
class Review {
 public:
  virtual ~Review() = default;
  /// The newest first.
  virtual Result<std::vector<ReviewedPull>> list(std::size_t limit) = 0;
  /// Errc::change_not_found.
  virtual Result<ReviewedPull> pull(std::int64_t number) = 0;
  virtual Result<PullDiff> diff(std::int64_t number) = 0;
  /// `by`: who decides. Errc::conflict: it is decided already, or its changes collide with the
  /// base's.
  virtual Result<ReviewedPull> merge(std::int64_t number, const std::string& by) = 0;
  virtual Result<ReviewedPull> close(std::int64_t number, const std::string& by) = 0;
};

}  // namespace mainstay::clusters
