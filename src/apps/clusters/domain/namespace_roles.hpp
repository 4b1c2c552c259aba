#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace mainstay::clusters {

/// Who may change what is in a namespace, besides the roles of the API. Lines `PATTERN: ROLE
/// [ROLE ...]`; in PATTERN `*` stands for anything, and `*` alone also for what is in none. A
/// namespace that no line names is open to everybody; of those that do name it, one role of any is
/// enough. Immutable; any thread.
class NamespaceRoles {
 public:
  /// Errc::document_invalid, with the line, for what is none, and beyond
  /// Limits::namespace_roles_max lines.
  static Result<NamespaceRoles> parse(std::span<const std::string> lines);

  /// The roles one of which is missing, "a or b"; empty: who has `roles` may.
  [[nodiscard]] std::string missing(std::string_view name_space,
                                    std::span<const std::string> roles) const;

 private:
  struct Line {
    std::string pattern;
    std::vector<std::string> roles;
  };
  std::vector<Line> lines_;
};

}  // namespace mainstay::clusters
