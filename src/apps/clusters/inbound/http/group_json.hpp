#pragma once

#include <string>

#include "apps/clusters/domain/group_cost.hpp"
#include "apps/clusters/domain/instance_type.hpp"
#include "apps/clusters/domain/node_group.hpp"

namespace mainstay::clusters {

// How node groups and instance types look to clients: JSON, written straight into the answer, since
// a group is read far more often than anything else. The API has always had `name`,
// `instance_name`, `ephemeral`, `state`, `min_size`, `max_size` and `instance_type` of a group, and
// `name`, `family`, `memory`, `vcpu` and `gpu` of a type; the others are ours.

void append_instance_type(std::string& out, const InstanceType& type, const Currency& currency);

/// `types` joins the default type and gives the monthly cost; both null when it has none of them.
void append_group(std::string& out, const NodeGroup& group, const InstanceTypeSet& types);

}  // namespace mainstay::clusters
