#include "apps/kit/domain/merge_plan.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/text.hpp"

namespace mainstay::kit {
namespace {

using Kind = Change::Kind;

/// How much of two texts is the same: lines of both, out of a hundred of the larger one's.
std::size_t similarity(const std::string& a, const std::string& b) {
  std::map<std::string_view, int> lines;
  std::size_t count_a = 0, count_b = 0, common = 0;
  for (const std::string_view line : split(a, '\n')) ++lines[line], ++count_a;
  for (const std::string_view line : split(b, '\n')) {
    ++count_b;
    const auto found = lines.find(line);
    if (found != lines.end() && found->second-- > 0) ++common;
  }
  return common * 100 / std::max<std::size_t>({count_a, count_b, 1});
}

constexpr std::size_t similar = 60;  // from here on a file has moved

/// The template's files that have another path now: old -> new, the most similar pairs.
std::map<std::string, std::string> moves(const Tree& base, const Tree& next) {
  std::map<std::string, std::string> found;
  std::set<std::string> taken;
  for (const auto& [path, file] : base) {
    if (next.contains(path) || file.is_binary() || file.text.empty()) continue;
    const std::string* best = nullptr;
    std::size_t best_score = similar - 1;
    for (const auto& [other, candidate] : next) {
      if (base.contains(other) || taken.contains(other) || candidate.is_binary()) continue;
      const std::size_t score = similarity(file.text, candidate.text);
      if (score > best_score) best = &other, best_score = score;
    }
    if (best == nullptr) continue;
    found.emplace(path, *best);
    taken.insert(*best);
  }
  return found;
}

class Planner {
 public:
  Planner(const Tree& base, const ProjectState& project, const Tree& next, const MergeTexts& merge)
      : base_(base), project_(project), next_(next), merge_(merge) {}

  Result<MergePlan> plan() {
    const auto moved = moves(base_, next_);
    std::set<std::string> settled;
    for (const auto& [from, to] : moved) {
      MS_TRY(const bool done, plan_move(from, to));
      if (done) settled.insert({from, to});
    }
    for (const std::string& path : paths_of(base_, next_)) {
      if (settled.contains(path)) continue;
      MS_TRY_VOID(plan_path(path));
    }
    return std::move(plan_);
  }

 private:
  static const File* find(const Tree& tree, const std::string& path) {
    const auto found = tree.find(path);
    return found == tree.end() ? nullptr : &found->second;
  }
  [[nodiscard]] bool is_other(const std::string& path) const {
    return std::ranges::find(project_.other, path) != project_.other.end();
  }
  void tell(Kind kind, const std::string& path, std::string note = {}) {
    plan_.changes.push_back({kind, path, std::move(note)});
  }

  /// Only where the project still has the old file, and nothing at the new place.
  Result<bool> plan_move(const std::string& from, const std::string& to) {
    const File* ours = find(project_.files, from);
    if (ours == nullptr || find(project_.files, to) != nullptr || is_other(to)) return false;
    const File& theirs = next_.at(to);
    const File& base = base_.at(from);
    File made = theirs;
    std::string note;
    if (*ours != base) {
      MS_TRY(const auto merged, merge_(base.text, ours->text, theirs.text));
      made.text = merged.text;
      if (ours->executable != base.executable) made.executable = ours->executable;
      if (merged.has_conflict) tell(Kind::conflict, to, "was " + from);
    }
    plan_.changes.push_back({Kind::moved, to, "was " + from, from});
    plan_.write[to] = std::move(made);
    plan_.remove.push_back(from);
    return true;
  }

  Result<> plan_path(const std::string& path) {
    const File* base = find(base_, path);
    const File* ours = find(project_.files, path);
    const File* theirs = find(next_, path);
    const bool is_unchanged_there = base != nullptr && theirs != nullptr && *base == *theirs;
    if (is_unchanged_there) return {};
    if (is_other(path)) {
      tell(Kind::kept, path, "is no regular file here; the template's file was left out");
    } else if (theirs == nullptr) {
      plan_removed(path, *base, ours);
    } else if (ours == nullptr) {
      if (base != nullptr) {
        tell(Kind::kept, path, "was deleted here; the template has changed it");
      } else {
        tell(Kind::added, path);
        plan_.write[path] = *theirs;
      }
    } else if (*ours != *theirs) {
      return plan_changed(path, base, *ours, *theirs);
    }
    return {};
  }

  void plan_removed(const std::string& path, const File& base, const File* ours) {
    if (ours == nullptr) return;
    if (*ours == base) {
      tell(Kind::removed, path);
      plan_.remove.push_back(path);
    } else {
      tell(Kind::kept, path, "was changed here; the template has it no more");
    }
  }

  Result<> plan_changed(const std::string& path, const File* base, const File& ours,
                        const File& theirs) {
    File made = ours;
    // Who changed the mode decides it; a file that is new on both sides keeps the project's.
    if (base != nullptr && ours.executable == base->executable) made.executable = theirs.executable;
    const std::string none;
    const std::string& base_text = base != nullptr ? base->text : none;
    if (ours.text == theirs.text || theirs.text == base_text) {
      if (made == ours) return {};
      tell(Kind::mode, path, made.executable ? "can be run now" : "cannot be run any more");
    } else if (base != nullptr && ours.text == base->text) {
      made.text = theirs.text;
      tell(Kind::updated, path);
    } else if (ours.is_binary() || theirs.is_binary() || (base != nullptr && base->is_binary())) {
      tell(Kind::conflict, path,
           "is no text, and differs here; the template's is beside it as " + path + ".template");
      plan_.write[path + ".template"] = theirs;
      return {};
    } else {
      MS_TRY(const auto merged, merge_(base_text, ours.text, theirs.text));
      made.text = merged.text;
      tell(merged.has_conflict ? Kind::conflict : Kind::merged, path);
    }
    plan_.write[path] = std::move(made);
    return {};
  }

  const Tree& base_;
  const ProjectState& project_;
  const Tree& next_;
  const MergeTexts& merge_;
  MergePlan plan_;
};

}  // namespace

std::string_view name_of(Change::Kind kind) {
  switch (kind) {
    case Kind::added:
      return "added";
    case Kind::updated:
      return "updated";
    case Kind::merged:
      return "merged";
    case Kind::conflict:
      return "CONFLICT";
    case Kind::removed:
      return "removed";
    case Kind::moved:
      return "moved";
    case Kind::kept:
      return "kept";
    case Kind::mode:
      break;
  }
  return "mode";
}

std::size_t MergePlan::conflicts() const {
  return static_cast<std::size_t>(std::ranges::count(changes, Kind::conflict, &Change::kind));
}

std::vector<std::string> paths_of(const Tree& base, const Tree& next) {
  std::set<std::string> all;
  for (const auto& [path, file] : base) all.insert(path);
  for (const auto& [path, file] : next) all.insert(path);
  return {all.begin(), all.end()};
}

Result<MergePlan> plan_merge(const Tree& base, const ProjectState& project, const Tree& next,
                             const MergeTexts& merge) {
  return Planner{base, project, next, merge}.plan();
}

}  // namespace mainstay::kit
