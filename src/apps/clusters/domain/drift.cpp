#include "apps/clusters/domain/drift.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace mainstay::clusters {
namespace {

using GroupsByName = std::map<std::pair<std::string, std::string>, const NodeGroup*>;
using FieldTexts = std::map<std::string, std::string>;

GroupsByName groups_by_name(std::span<const NodeGroup> groups) {
  GroupsByName out;
  for (const NodeGroup& one : groups) out[{one.namespace_name, one.name}] = &one;
  return out;
}

std::string joined(std::vector<std::string> parts, bool ordered) {
  if (!ordered) std::ranges::sort(parts);
  std::string out;
  for (const std::string& part : parts) out.append(out.empty() ? "" : ", ").append(part);
  return out;
}

std::string number_text(const std::optional<std::int64_t>& number) {
  return number ? std::to_string(*number) : std::string{};
}

/// Fields that the repository may leave open.
FieldTexts open_fields(const NodeGroup& group) {
  return {
      {"size.min", number_text(group.sizes.min)},
      {"size.max", number_text(group.sizes.max)},
      {"size.target", number_text(group.sizes.target)},
      {"instance_types.default", group.default_instance_type},
      {"instance_types.alternates", joined(group.alternates, true)},
      {"capacity", group.capacity == CapacityType::unknown ? std::string{}
                                                           : std::string{to_text(group.capacity)}},
      {"zones", joined(group.zones, false)},
      {"storage.ephemeral", group.ephemeral_storage},
  };
}

/// Fields of which each one more is a difference.
FieldTexts listed_fields(const NodeGroup& group) {
  FieldTexts out;
  for (const auto& [key, value] : group.labels) out["labels." + key] = "\"" + value + "\"";
  for (const Taint& taint : group.taints) {
    const std::string effect{to_text(taint.effect)};
    out["taints." + taint.key + ":" + effect] = "\"" + taint.value + "\"";
  }
  return out;
}

bool is_autoscaled(const NodeGroupSizes& wanted, const NodeGroupSizes& is) {
  return is.target && wanted.min && wanted.max && *is.target >= *wanted.min &&
         *is.target <= *wanted.max;
}

std::vector<FieldDrift> field_drift(const NodeGroup& wanted, const NodeGroup& is) {
  std::vector<FieldDrift> out;
  FieldTexts actual = open_fields(is);
  for (auto& [field, text] : open_fields(wanted)) {
    std::string& other = actual[field];
    if (text.empty() || text == other) continue;
    if (field == "size.target" && is_autoscaled(wanted.sizes, is.sizes)) continue;
    out.push_back({field, text, other});
  }
  const FieldTexts listed = listed_fields(wanted);
  FieldTexts more = listed_fields(is);
  for (const auto& [field, text] : listed) {
    const auto other = more.extract(field);
    const std::string found = other.empty() ? std::string{} : other.mapped();
    if (text != found) out.push_back({field, text, found});
  }
  for (const auto& [field, text] : more) out.push_back({field, {}, text});
  return out;
}

}  // namespace

std::string_view to_text(Drift::Kind kind) {
  switch (kind) {
    case Drift::Kind::missing_in_cluster:
      return "missing_in_cluster";
    case Drift::Kind::missing_in_repository:
      return "missing_in_repository";
    case Drift::Kind::different:
      break;
  }
  return "different";
}

std::vector<Drift> find_drift(std::span<const NodeGroup> repository,
                              std::span<const NodeGroup> cluster) {
  const GroupsByName wanted = groups_by_name(repository);
  const GroupsByName there = groups_by_name(cluster);
  std::vector<Drift> out;
  for (const auto& [key, group] : wanted) {
    const auto found = there.find(key);
    if (found == there.end()) {
      out.push_back({Drift::Kind::missing_in_cluster, key.second, key.first, {}});
    } else if (auto fields = field_drift(*group, *found->second); !fields.empty()) {
      out.push_back({Drift::Kind::different, key.second, key.first, std::move(fields)});
    }
  }
  for (const auto& [key, group] : there) {
    if (wanted.contains(key)) continue;
    out.push_back({Drift::Kind::missing_in_repository, key.second, key.first, {}});
  }
  std::ranges::sort(out, {}, [](const Drift& one) {
    return std::pair<std::string_view, std::string_view>{one.namespace_name, one.name};
  });
  return out;
}

}  // namespace mainstay::clusters
