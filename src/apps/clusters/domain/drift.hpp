#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/clusters/domain/node_group.hpp"

namespace mainstay::clusters {

/// What differs in one field; empty where a side does not have it. For people.
struct FieldDrift {
  std::string field{};  // "size.max", "labels.team"
  std::string repository{};
  std::string cluster{};
  bool operator==(const FieldDrift&) const = default;
};

/// A node group that is not in the cluster as the repository says.
struct Drift {
  enum class Kind : std::uint8_t { missing_in_cluster, missing_in_repository, different };
  Kind kind = Kind::different;
  std::string name{};
  std::string namespace_name{};
  std::vector<FieldDrift> fields{};  // of `different`
  bool operator==(const Drift&) const = default;
};
std::string_view to_text(Drift::Kind kind);  // "missing_in_cluster", ...

/// By namespace and name; groups that agree are left out. What the repository leaves open may be
/// anything, and so may a target within its sizes: that is the autoscaler's to choose. Labels and
/// taints have no order. Of two of one name in the repository the last counts.
std::vector<Drift> find_drift(std::span<const NodeGroup> repository,
                              std::span<const NodeGroup> cluster);

}  // namespace mainstay::clusters
