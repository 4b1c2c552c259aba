#pragma once

#include <filesystem>
#include <string>

#include "apps/kit/domain/merge_plan.hpp"
#include "apps/kit/domain/tree.hpp"
#include "base/result.hpp"

namespace mainstay::kit {

/// All files below a folder, but for its own `.git`. Refuses links, devices and whatever else is no
/// regular file, and what is beyond the limits, before it is read (Errc::template_refused).
Result<Tree> read_tree(const std::filesystem::path& folder);

/// What a project has at these paths.
Result<ProjectState> read_state(const std::filesystem::path& root,
                                const std::vector<std::string>& paths);

/// A file of at most 32 MiB; Errc::io names it.
Result<std::string> read_file(const std::filesystem::path& path);

/// Where a new project may go: nothing there, an empty folder, or one with nothing but a `.git`.
Result<> check_place(const std::filesystem::path& folder);

/// Makes `folder` of `tree`: whole, or not at all. Written beside it under another name, and
/// renamed; into a folder that exists, entry by entry, and taken back when one fails. The usual
/// signals to end wait meanwhile.
Result<> write_new(const std::filesystem::path& folder, const Tree& tree);

/// Carries a plan out: every file is written beside its place first, then all are renamed, then
/// files are removed, with the folders that become empty. Interrupted, it can be planned again.
Result<> carry_out(const std::filesystem::path& root, const MergePlan& plan);

/// Whole or not at all.
Result<> replace_file(const std::filesystem::path& path, const File& file);

}  // namespace mainstay::kit
