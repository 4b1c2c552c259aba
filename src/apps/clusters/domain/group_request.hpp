#pragma once

#include <string>
#include <string_view>

#include "apps/clusters/domain/node_group.hpp"
#include "base/document.hpp"
#include "base/result.hpp"

namespace mainstay::clusters {

/// What somebody wants of a node group.
struct GroupRequest {
  NodeGroup group = {};
  bool skip_pull_request = false;
  std::string reason = {};  // for whoever reviews it
};

// Bodies of POST /api/nodegroups and PATCH /api/nodegroups/{name}. Members: `name`,
// `default_instance_type`, `ephemeral` (a new group needs these), `alternate_instance_type`,
// `min_size`, `max_size`, `target_size` (whole numbers, as text or not), `skip_pull_request`; and
// of ours `alternate_instance_types`, `capacity_type`, `zones`, `labels` (of nodes), `taints`,
// `team`, `namespace`, `kind`, `reason`. Refused: Errc::body_invalid for what is no object or has a
// member that nobody reads (a misspelt one would be lost in silence) or lacks one;
// Errc::field_invalid for a member that cannot be that, with its name. Null stands for absent.

/// Without `target_size` the least, without `max_size` as many as the others need.
Result<GroupRequest> read_new_group(const Document& body);

/// `existing` with what the body says; `name`, when it is there, must be the same.
Result<GroupRequest> read_group_update(const Document& body, const NodeGroup& existing);

/// A Kubernetes quantity of bytes: "100Gi", "1.5T", "20000000".
bool is_byte_quantity(std::string_view text);

}  // namespace mainstay::clusters
