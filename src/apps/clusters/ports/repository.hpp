#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "apps/clusters/domain/change.hpp"
#include "base/result.hpp"

namespace mainstay::clusters {

struct RepositoryFile {
  std::string path;
  std::string content;
};

/// The base branch at one commit.
struct RepositoryView {
  std::string commit;  // empty: the branch has none yet
  std::vector<RepositoryFile> files = {};
};

/// The repository that changes go to. Blocks: on a lane of its own, never on an I/O thread.
/// Errc::git_failed, Errc::forge_refused (credentials), Errc::too_large.
class Repository {
 public:
  virtual ~Repository() = default;

  /// The files below `folder` ("" for all) of the base branch as the remote has it now, up to
  /// Limits::repository_files_max and repository_bytes_max. Symbolic links and submodules are left
  /// out.
  virtual Result<RepositoryView> read(std::string_view folder) = 0;

  struct Pushed {
    std::string commit;
    bool was_there = false;  // the base branch has these contents already: nothing was pushed
  };
  /// Commits the files on top of the base branch and pushes that to `branch`, over what was there.
  /// When the branch has them already, it stays as it is. When `branch` is the base branch itself,
  /// nobody's commit is lost: Errc::conflict (try again) when it moved meanwhile.
  /// `at` is the commit's time, so that the same change on the same base is the same commit.
  virtual Result<Pushed> push(const ChangeRequest& request, const std::string& branch) = 0;

  /// Whether `descendant` has `ancestor` in its history (or is it).
  virtual Result<bool> contains(const std::string& descendant, const std::string& ancestor) = 0;

  [[nodiscard]] virtual const std::string& base_branch() const = 0;
};

}  // namespace mainstay::clusters
