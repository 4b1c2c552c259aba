#include "apps/clusters/domain/group_cost.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "apps/clusters/domain/node_group.hpp"
#include "base/check.hpp"

namespace mainstay::clusters {
namespace {

constexpr std::array<ErrorRow, 3> cost_rows{{
    {"no_instance_type", "the group names no instance type", 422},
    {"type_unknown", "no such instance type is known", 422},
    {"price_unknown", "the price of the instance type is not known", 422},
}};

Result<HourlyPrice> price_of(const std::string& name, const InstanceTypeSet& types) {
  const InstanceType* type = types.find(name);
  if (type == nullptr) return Error{CostErrc::type_unknown, name};
  if (!type->price) return Error{CostErrc::price_unknown, name};
  return *type->price;
}

std::uint64_t node_count(const std::optional<std::int64_t>& number) {
  return number && *number > 0 ? static_cast<std::uint64_t>(*number) : 0;
}

}  // namespace

const ErrorRow& error_row(CostErrc code) {
  const auto index = static_cast<std::size_t>(code) - 1;
  MS_CHECK(index < cost_rows.size());
  return cost_rows[index];
}

GroupFacts facts_of(const NodeGroup& group, std::string_view team_label) {
  GroupFacts out;
  out.name = group.name;
  out.name_space = group.namespace_name;
  for (const NodeLabels* labels : {&group.labels, &group.object_labels}) {  // the object's wins
    for (const auto& [key, value] : *labels) {
      if (key == team_label) out.team = value;
    }
  }
  if (!group.default_instance_type.empty()) {
    out.instance_types.push_back(group.default_instance_type);
  }
  out.instance_types.insert(out.instance_types.end(), group.alternates.begin(),
                            group.alternates.end());
  out.size_min = node_count(group.sizes.min);
  out.size_target = std::max(node_count(group.sizes.target), out.size_min);
  out.size_max = std::max(node_count(group.sizes.max), out.size_target);
  return out;
}

Result<GroupCost> cost_of(const GroupFacts& group, const InstanceTypeSet& types) {
  const Currency currency = types.origin().currency;
  GroupCost out{.target = {Minor{}, currency}, .most = {Minor{}, currency}};
  if (group.size_max == 0) return out;  // of whatever type
  if (group.instance_types.empty()) return CostErrc::no_instance_type;
  MS_TRY(const HourlyPrice usual, price_of(group.instance_types.front(), types));
  HourlyPrice dearest = usual;
  for (const std::string& name : group.instance_types) {
    MS_TRY(const HourlyPrice price, price_of(name, types));
    dearest = std::max(dearest, price);
  }
  MS_TRY(out.target.amount, monthly(usual, group.size_target));
  MS_TRY(out.most.amount, monthly(dearest, group.size_max));
  return out;
}

Result<CostChange> cost_change(const std::optional<GroupFacts>& before,
                               const std::optional<GroupFacts>& after,
                               const InstanceTypeSet& types) {
  CostChange out;
  if (before) {
    MS_TRY(out.before, cost_of(*before, types));
  }
  if (after) {
    MS_TRY(out.after, cost_of(*after, types));
  }
  const Currency currency = types.origin().currency;
  const GroupCost nothing{.target = {Minor{}, currency}, .most = {Minor{}, currency}};
  const GroupCost& was = out.before ? *out.before : nothing;
  const GroupCost& will_be = out.after ? *out.after : nothing;
  out.difference.currency = out.difference_most.currency = currency;
  MS_TRY(out.difference.amount, difference(will_be.target.amount, was.target.amount));
  MS_TRY(out.difference_most.amount, difference(will_be.most.amount, was.most.amount));
  return out;
}

}  // namespace mainstay::clusters
