#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/clusters/domain/instance_type.hpp"
#include "apps/clusters/domain/money.hpp"
#include "base/result.hpp"

namespace mainstay::clusters {

struct NodeGroup;

/// What money and rules look at in a node group.
struct GroupFacts {
  std::string name{};
  std::string team{};                         // empty: nobody's
  std::string name_space{};                   // empty: of the whole cluster
  std::vector<std::string> instance_types{};  // the default first, then the alternates
  std::uint64_t size_min = 0;
  std::uint64_t size_target = 0;
  std::uint64_t size_max = 0;
  bool operator==(const GroupFacts&) const = default;
};

/// The team is what the label says, on the object or on its nodes. A size that the object does not
/// name is as small as the others admit.
GroupFacts facts_of(const NodeGroup& group, std::string_view team_label = "team");

/// What a group costs a month on demand: an upper bound for spot capacity.
struct GroupCost {
  Money target{};  // the default type x the target size
  Money most{};    // the dearest of its types x the largest size
};

/// The error names the type whose price is not known: CostErrc::price_unknown, type_unknown.
enum class CostErrc : std::uint8_t { no_instance_type = 1, type_unknown, price_unknown };
const ErrorRow& error_row(CostErrc code);

Result<GroupCost> cost_of(const GroupFacts& group, const InstanceTypeSet& types);

/// What a change does to the month's cost. A side is empty where the group is not there.
struct CostChange {
  std::optional<GroupCost> before{};
  std::optional<GroupCost> after{};
  Money difference{};       // of the target sizes
  Money difference_most{};  // of what it may cost at most
};
/// Of a group that is made (no `before`), changed or removed (no `after`).
Result<CostChange> cost_change(const std::optional<GroupFacts>& before,
                               const std::optional<GroupFacts>& after,
                               const InstanceTypeSet& types);

}  // namespace mainstay::clusters
