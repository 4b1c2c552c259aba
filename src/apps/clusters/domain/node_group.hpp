#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mainstay::clusters {

/// Who pays for idle machines; `unknown` where the object does not say.
enum class CapacityType : std::uint8_t { unknown, on_demand, spot };
/// "on_demand", "spot", "unknown".
std::string_view to_text(CapacityType type);
std::optional<CapacityType> parse_capacity_type(std::string_view text);

enum class TaintEffect : std::uint8_t { no_schedule, prefer_no_schedule, no_execute };
/// As Kubernetes spells it: "NoSchedule".
std::string_view to_text(TaintEffect effect);
/// Takes AWS' spelling too: "NO_SCHEDULE".
std::optional<TaintEffect> parse_taint_effect(std::string_view text);

struct Taint {
  std::string key = {};
  std::string value = {};
  TaintEffect effect = TaintEffect::no_schedule;
  bool operator==(const Taint&) const = default;
};

/// Numbers of nodes; nothing where the object does not say.
struct NodeGroupSizes {
  std::optional<std::int64_t> min = {};
  std::optional<std::int64_t> max = {};
  std::optional<std::int64_t> target = {};
  bool operator==(const NodeGroupSizes&) const = default;
};

/// What the cluster's controller made of a group. A word that we do not know stays readable.
struct NodeGroupState {
  enum class Phase : std::uint8_t { present, absent, processing, invalid, unknown };
  Phase phase = Phase::unknown;
  std::string word = {};  // of `unknown`: as the object has it
  bool operator==(const NodeGroupState&) const = default;
};
/// present, absent, processing and invalid in any case; the rest is unknown.
NodeGroupState parse_node_group_state(std::string_view word);
/// As the API has always told it: `Present`, `Absent`, `Processing`, `Invalid`, `Unknown("x")`.
std::string to_text(const NodeGroupState& state);

using NodeLabels = std::vector<std::pair<std::string, std::string>>;

/// A group of equal nodes, whatever kind of object describes it (domain/node_group_kinds.hpp).
struct NodeGroup {
  std::string name = {};
  std::string namespace_name = {};  // "": its kind has none
  std::string kind = {};            // NodeGroupKind::name: "nodegroup"
  NodeGroupSizes sizes = {};
  std::string default_instance_type = {};  // "": the object names none
  std::vector<std::string> alternates = {};
  CapacityType capacity = CapacityType::unknown;
  std::vector<std::string> zones = {};
  std::string ephemeral_storage = {};  // a Kubernetes quantity, "100Gi"; "": the object names none
  NodeLabels labels = {};              // of the nodes, in the object's order
  std::vector<Taint> taints = {};
  std::string provider = {};                 // "aws", "karpenter", ...; "": not said
  std::optional<NodeGroupState> state = {};  // nothing: the controller has not said yet
  NodeLabels object_labels = {};             // of the object itself: team, environment
  std::string resource_version = {};         // of the object read; not written
  bool operator==(const NodeGroup&) const = default;
};

/// What sets order and find groups by.
inline std::string_view object_name(const NodeGroup& group) { return group.name; }
inline std::string_view object_namespace(const NodeGroup& group) { return group.namespace_name; }
inline std::string_view object_version(const NodeGroup& group) { return group.resource_version; }

}  // namespace mainstay::clusters
