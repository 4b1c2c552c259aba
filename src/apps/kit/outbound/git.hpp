#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "apps/kit/domain/merge_plan.hpp"
#include "apps/kit/domain/tree.hpp"
#include "base/result.hpp"

namespace mainstay::kit {

/// "https://host/path#COMMIT", "ssh://...", "git@host:path", "file:///path".
struct GitSource {
  std::string url;
  std::string commit;  // 40 hexadecimal digits; empty: none was named
};

/// Whether a template is named by a repository rather than by a folder.
bool is_git_source(std::string_view text);
/// Errc::template_refused: a scheme that is not https, ssh or (with `local_too`) file, or a
/// fragment that is no commit.
Result<GitSource> parse_git_source(std::string_view text, bool local_too);

/// The commit that the repository's own branch has now: to be shown to somebody who named none.
Result<std::string> current_commit(const GitSource& source);

/// The files of that commit, read from the repository's objects: nothing is checked out, and no
/// hook, filter or program of the repository's runs. Links and submodules are refused.
Result<Tree> fetch(const GitSource& source);

/// Errc::unclean, with what to do: changes that are not committed, or no repository at all.
Result<> check_clean(const std::filesystem::path& root);

/// git merge-file: the marks say which lines are whose.
Result<Merged> merge_texts(const std::string& base, const std::string& ours,
                           const std::string& theirs);

}  // namespace mainstay::kit
