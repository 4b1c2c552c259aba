#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/clusters/domain/document_path.hpp"
#include "apps/clusters/domain/node_group.hpp"
#include "base/document.hpp"
#include "base/result.hpp"

namespace mainstay::clusters {

/// How one kind of object tells of a group of nodes: configuration, since every company has its
/// own. Where a field has several paths, the first that leads somewhere is read, and the first is
/// written. Immutable.
struct NodeGroupKind {
  using Paths = std::vector<DocumentPath>;
  struct Fields {
    Paths min = {}, max = {}, target = {};
    Paths default_instance_type = {}, alternates = {};
    Paths instance_types = {};  // one list of both: the default first
    Paths capacity = {};        // a word, or a list of one
    Paths zones = {}, ephemeral_storage = {}, labels = {}, taints = {}, state = {};
  };

  std::string name = {};  // ours: NodeGroup::kind, "nodegroup"
  std::string group = {}, version = {}, plural = {}, kind = {};
  bool namespaced = false;
  std::string provider = {};
  Fields fields = {};
  /// Written where new objects have nothing; in elements of lists that exist only.
  std::vector<std::pair<DocumentPath, Document>> fixed = {};
  std::string on_demand_word = "on-demand", spot_word = "spot";
  /// What its states mean; words that are not here are read as parse_node_group_state() does.
  std::vector<std::pair<std::string, NodeGroupState::Phase>> state_words = {};

  [[nodiscard]] std::string api_version() const { return group + "/" + version; }
};

/// From configuration: an object with name, group, version, plural, kind, namespaced, provider,
/// paths {field: path or list of paths}, fixed {path: value}, capacity_words {on_demand, spot} and
/// state_words {word: present, absent, processing or invalid}. Errc::document_invalid names what is
/// wrong.
Result<NodeGroupKind> node_group_kind(const Document& configuration);

/// `nodegroup` (cluster.unicron.mpi-internal.com/v1alpha1), `nodepool` (karpenter.sh/v1) and
/// `machinepool` (cluster.x-k8s.io/v1beta2, sizes of the autoscaler's annotations), as
/// configuration that can be copied and changed.
const std::vector<Document>& builtin_node_group_kinds();

/// Reads leniently: what is missing or of another kind stays empty, for a cluster may hold
/// anything.
NodeGroup read_node_group(const NodeGroupKind& kind, const Document& object);
/// Sets what the group says; all else of the object stays. A list or map of the group that is empty
/// replaces one that is there.
void write_node_group(const NodeGroupKind& kind, const NodeGroup& group, Document& object);
/// A new object.
Document new_node_group(const NodeGroupKind& kind, const NodeGroup& group);

}  // namespace mainstay::clusters
