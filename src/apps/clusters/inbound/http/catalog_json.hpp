#pragma once

#include <string>
#include <string_view>

#include "apps/clusters/domain/cluster_objects.hpp"
#include "apps/clusters/domain/instance_type.hpp"
#include "apps/clusters/domain/node_group.hpp"

namespace mainstay::clusters {

// What the cluster has as entities of a Backstage catalog: kind Resource, spec.type node-group,
// secret or instance-type (backstage.io/v1alpha1, "Descriptor Format of Catalog Entities").
// Whoever takes them in adds backstage.io/managed-by-location: only he knows by which URL he came.

/// "nodegroup-workers": what Backstage admits as a name (63 of letters, digits and -_.); a longer
/// one is cut and ends with a checksum.
std::string entity_name(std::string_view kind, std::string_view name_space, std::string_view name);

/// `owner`: of what has no team, as "group:default/platform".
void append_group_entity(std::string& out, const NodeGroup& group, const InstanceTypeSet& types,
                         std::string_view owner);
void append_secret_entity(std::string& out, const ObjectFacts& secret, std::string_view owner);
void append_type_entity(std::string& out, const InstanceType& type, const Currency& currency,
                        std::string_view owner);

/// "resource:default/nodegroup-workers"
std::string group_entity_ref(const NodeGroup& group);
std::string secret_entity_ref(const ObjectFacts& secret);

}  // namespace mainstay::clusters
