#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/clusters/domain/node_group.hpp"
#include "base/document.hpp"
#include "base/result.hpp"

namespace mainstay::clusters {

/// Node groups as manifests in the repository. Any thread.
class GroupManifests {
 public:
  virtual ~GroupManifests() = default;

  /// The configured ones' names; a group that names none is of the first.
  [[nodiscard]] virtual std::vector<std::string> kinds() const = 0;
  /// Of the group's kind (Errc::field_invalid without such a one). What `existing` (null: a new
  /// one) has and a NodeGroup does not know stays as it is.
  [[nodiscard]] virtual Result<Document> write(const NodeGroup& group,
                                               const Document* existing) const = 0;
  /// Errc::document_invalid.
  [[nodiscard]] virtual Result<NodeGroup> read(std::string_view kind,
                                               const Document& manifest) const = 0;
};

}  // namespace mainstay::clusters
