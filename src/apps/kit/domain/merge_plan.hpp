#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "apps/kit/domain/tree.hpp"
#include "base/result.hpp"

namespace mainstay::kit {

/// What `update` does about one path, for people and as data.
struct Change {
  enum class Kind : std::uint8_t {
    added,     // the template has a new file
    updated,   // the template's change; the project had none of its own
    merged,    // both changed it, at different places
    conflict,  // both changed it at the same place: marked in the file
    removed,   // the template has it no more, and the project had not changed it
    moved,     // the template has it elsewhere now; the project's own changes went along
    kept,      // the template changed or removed what the project deleted, changed or replaced
    mode,      // only whether it is a program
  };
  Kind kind = Kind::updated;
  std::string path;
  std::string note = {};  // what people need to know beside the kind
  std::string from = {};  // moved: where it was
};
std::string_view name_of(Change::Kind kind);

/// What becomes of a project: files to write and to remove, and what to tell. Nothing is written
/// yet.
struct MergePlan {
  Tree write;
  std::vector<std::string> remove;
  std::vector<Change> changes;

  [[nodiscard]] std::size_t conflicts() const;
};

/// Three versions of one text to one. Both sides' changes, where they meet between marks.
struct Merged {
  std::string text;
  bool has_conflict = false;
};
using MergeTexts = std::function<Result<Merged>(const std::string& base, const std::string& ours,
                                                const std::string& theirs)>;

/// A project as it is, at the paths that matter. `other`: paths that hold no regular file (a link,
/// a folder): left alone.
struct ProjectState {
  Tree files;
  std::vector<std::string> other;
};

/// Which of a project's paths plan_merge() asks about: those of both templates.
std::vector<std::string> paths_of(const Tree& base, const Tree& next);

/// Three-way: `base` is what the project was made of, `next` what the template is now. Whatever the
/// project has changed stays; what it has deleted stays deleted; files that only it has are not
/// looked at.
Result<MergePlan> plan_merge(const Tree& base, const ProjectState& project, const Tree& next,
                             const MergeTexts& merge);

}  // namespace mainstay::kit
