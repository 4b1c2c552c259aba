#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mainstay::clusters {

struct DiffOptions {
  std::size_t context_lines = 3;
  /// Work and memory (some 8 MB): beyond so many differing lines what differs is shown as one
  /// block, which is right but longer than needed.
  std::size_t edits_max = 1'000;
};

/// The unified diff of two texts, as `diff -u` writes it: "--- NAME", "+++ NAME", hunks; an empty
/// text for equal ones. A shortest one (E. W. Myers, "An O(ND) Difference Algorithm and Its
/// Variations", 1986) within DiffOptions::edits_max. A text that is not there ("/dev/null") is an
/// empty one with that name. `git apply` takes it.
std::string unified_diff(std::string_view before, std::string_view after,
                         std::string_view name_before, std::string_view name_after,
                         const DiffOptions& options = {});

}  // namespace mainstay::clusters
