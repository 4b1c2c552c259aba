#include "apps/clusters/domain/group_request.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "apps/clusters/domain/names.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/limits.hpp"
#include "base/text.hpp"

namespace mainstay::clusters {
namespace {

constexpr std::array group_members{"name",
                                   "default_instance_type",
                                   "ephemeral",
                                   "alternate_instance_type",
                                   "alternate_instance_types",
                                   "min_size",
                                   "max_size",
                                   "target_size",
                                   "skip_pull_request",
                                   "capacity_type",
                                   "zones",
                                   "labels",
                                   "taints",
                                   "team",
                                   "namespace",
                                   "kind",
                                   "reason"};

Error group_field(std::string_view name, std::string_view wanted) {
  return {Errc::field_invalid, std::string{name}.append(": ").append(wanted)};
}

/// Null for what is absent, or is null.
const Document* group_member(const Document& body, std::string_view name) {
  const Document* found = body.find(name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

Result<const std::string*> group_text(const Document& body, std::string_view name) {
  const Document* found = group_member(body, name);
  if (found == nullptr) return nullptr;
  if (found->if_string() == nullptr) return group_field(name, "a text is wanted");
  return found->if_string();
}

/// "3" or 3: the API has always taken texts and given numbers.
Result<> read_wanted_size(const Document& body, std::string_view name,
                          std::optional<std::int64_t>& size) {
  const Document* found = group_member(body, name);
  if (found == nullptr) return {};
  std::optional<std::int64_t> number;
  if (const std::int64_t* whole = found->if_int()) number = *whole;
  if (const std::string* text = found->if_string()) number = parse_i64(*text);
  if (!number || *number < 0 || *number > Limits::nodes_max) {
    return group_field(
        name, "a whole number from 0 to " + std::to_string(Limits::nodes_max) + " is wanted");
  }
  size = number;
  return {};
}

Result<> read_instance_type(const Document& body, std::string_view name, std::string& type) {
  MS_TRY(const std::string* text, group_text(body, name));
  if (text == nullptr) return {};
  const auto checked = parse_instance_type_name(*text);
  if (checked.has_error()) return group_field(name, checked.error().detail());
  type = *text;
  return {};
}

Result<> read_alternates(const Document& body, std::vector<std::string>& types) {
  MS_TRY(const std::string* one, group_text(body, "alternate_instance_type"));
  const Document* several = group_member(body, "alternate_instance_types");
  if (one != nullptr && several != nullptr) {
    return group_field("alternate_instance_types", "either this or alternate_instance_type");
  }
  if (one != nullptr) {
    types.clear();
    if (one->empty()) return {};
    return read_instance_type(body, "alternate_instance_type", types.emplace_back());
  }
  if (several == nullptr) return {};
  const DocumentArray* all = several->if_array();
  if (all == nullptr || all->size() > Limits::alternates_max) {
    return group_field(
        "alternate_instance_types",
        "a list of at most " + std::to_string(Limits::alternates_max) + " names is wanted");
  }
  types.clear();
  for (const Document& type : *all) {
    if (type.if_string() == nullptr || !is_instance_type_name(*type.if_string())) {
      return group_field("alternate_instance_types", "one of them is no name of a type");
    }
    if (std::ranges::find(types, *type.if_string()) == types.end()) {
      types.push_back(*type.if_string());
    }
  }
  return {};
}

Result<> read_wanted_zones(const Document& body, std::vector<std::string>& zones) {
  const Document* found = group_member(body, "zones");
  if (found == nullptr) return {};
  const DocumentArray* all = found->if_array();
  if (all == nullptr || all->size() > Limits::labels_max) {
    return group_field("zones", "a short list of zones is wanted");
  }
  zones.clear();
  for (const Document& zone : *all) {
    if (zone.if_string() == nullptr || !is_dns_label(*zone.if_string())) {
      return group_field("zones", "one of them is no name of a zone, as eu-west-1a is");
    }
    zones.push_back(*zone.if_string());
  }
  return {};
}

Result<> read_wanted_labels(const Document& body, NodeLabels& labels) {
  const Document* found = group_member(body, "labels");
  if (found == nullptr) return {};
  const DocumentObject* all = found->if_object();
  if (all == nullptr || all->size() > Limits::labels_max) {
    return group_field("labels", "an object of at most " + std::to_string(Limits::labels_max) +
                                     " texts is wanted");
  }
  labels.clear();
  for (const DocumentMember& label : *all) {
    const std::string* value = label.value.if_string();
    if (!is_qualified_name(label.name) || value == nullptr || !is_label_value(*value)) {
      return group_field("labels", "one of them is no label that Kubernetes admits");
    }
    labels.emplace_back(label.name, *value);
  }
  return {};
}

Result<Taint> read_wanted_taint(const Document& from) {
  const DocumentObject* members = from.if_object();
  if (members == nullptr) return group_field("taints", "objects are wanted");
  Taint taint;
  bool has_effect = false;
  for (const DocumentMember& member : *members) {
    const std::string* text = member.value.if_string();
    if (text == nullptr) return group_field("taints", "key, value and effect are texts");
    if (member.name == "key") {
      taint.key = *text;
    } else if (member.name == "value") {
      taint.value = *text;
    } else if (const auto effect = parse_taint_effect(*text); member.name == "effect" && effect) {
      taint.effect = *effect;
      has_effect = true;
    } else {
      return group_field("taints",
                         "key, value and effect (NoSchedule, PreferNoSchedule, "
                         "NoExecute) are what a taint has");
    }
  }
  if (!has_effect || !is_qualified_name(taint.key) || !is_label_value(taint.value)) {
    return group_field("taints", "one of them lacks its effect, or a key that Kubernetes admits");
  }
  return taint;
}

Result<> read_wanted_taints(const Document& body, std::vector<Taint>& taints) {
  const Document* found = group_member(body, "taints");
  if (found == nullptr) return {};
  const DocumentArray* all = found->if_array();
  if (all == nullptr || all->size() > Limits::labels_max) {
    return group_field(
        "taints", "a list of at most " + std::to_string(Limits::labels_max) + " taints is wanted");
  }
  taints.clear();
  for (const Document& one : *all) {
    MS_TRY(Taint taint, read_wanted_taint(one));
    taints.push_back(std::move(taint));
  }
  return {};
}

Result<> read_team(const Document& body, NodeLabels& object_labels) {
  MS_TRY(const std::string* team, group_text(body, "team"));
  if (team == nullptr) return {};
  if (!is_label_value(*team)) return group_field("team", "a value that labels admit is wanted");
  std::erase_if(object_labels, [](const auto& label) { return label.first == "team"; });
  if (!team->empty()) object_labels.emplace_back("team", *team);
  return {};
}

Result<> read_place(const Document& body, NodeGroup& group) {
  MS_TRY(const std::string* name_space, group_text(body, "namespace"));
  if (name_space != nullptr && !name_space->empty()) {
    MS_TRY(const NamespaceName parsed, parse_namespace(*name_space));
    group.namespace_name = parsed.get();
  }
  MS_TRY(const std::string* kind, group_text(body, "kind"));
  if (kind != nullptr) {
    if (!is_dns_label(*kind)) return group_field("kind", "the name of a configured kind is wanted");
    group.kind = *kind;
  }
  return {};
}

Result<> read_wanted_capacity(const Document& body, NodeGroup& group) {
  MS_TRY(const std::string* capacity, group_text(body, "capacity_type"));
  if (capacity != nullptr) {
    const auto type = parse_capacity_type(*capacity);
    if (!type) return group_field("capacity_type", "on_demand or spot is wanted");
    group.capacity = *type;
  }
  MS_TRY(const std::string* ephemeral, group_text(body, "ephemeral"));
  if (ephemeral == nullptr) return {};
  if (!ephemeral->empty() && !is_byte_quantity(*ephemeral)) {
    return group_field("ephemeral", "a quantity such as 100Gi is wanted");
  }
  group.ephemeral_storage = *ephemeral;
  return {};
}

Result<> check_members(const Document& body) {
  const DocumentObject* members = body.if_object();
  if (members == nullptr) return Error{Errc::body_invalid, "a JSON object is wanted"};
  for (const DocumentMember& member : *members) {
    if (std::ranges::find(group_members, std::string_view{member.name}) == group_members.end()) {
      return Error{Errc::body_invalid,
                   "no member is called " + repaired_utf8(member.name.substr(0, 80))};
    }
  }
  return {};
}

/// All but `name`.
Result<> read_members(const Document& body, GroupRequest& request) {
  NodeGroup& group = request.group;
  MS_TRY_VOID(read_instance_type(body, "default_instance_type", group.default_instance_type));
  MS_TRY_VOID(read_alternates(body, group.alternates));
  MS_TRY_VOID(read_wanted_size(body, "min_size", group.sizes.min));
  MS_TRY_VOID(read_wanted_size(body, "max_size", group.sizes.max));
  MS_TRY_VOID(read_wanted_size(body, "target_size", group.sizes.target));
  MS_TRY_VOID(read_wanted_capacity(body, group));
  MS_TRY_VOID(read_wanted_zones(body, group.zones));
  MS_TRY_VOID(read_wanted_labels(body, group.labels));
  MS_TRY_VOID(read_wanted_taints(body, group.taints));
  MS_TRY_VOID(read_team(body, group.object_labels));
  MS_TRY_VOID(read_place(body, group));
  MS_TRY(const std::string* reason, group_text(body, "reason"));
  if (reason != nullptr) {
    if (reason->size() > Limits::reason_bytes_max)
      return group_field("reason", "at most 2000 bytes");
    request.reason = repaired_utf8(*reason);
  }
  const Document* skip = group_member(body, "skip_pull_request");
  if (skip == nullptr) return {};
  if (skip->if_bool() == nullptr) return group_field("skip_pull_request", "true or false");
  request.skip_pull_request = *skip->if_bool();
  return {};
}

Result<> check_sizes(const NodeGroupSizes& sizes) {
  const std::int64_t least = sizes.min.value_or(0);
  const std::int64_t most = sizes.max.value_or(Limits::nodes_max);
  if (least > most) return group_field("max_size", "it is less than min_size");
  const std::int64_t target = sizes.target.value_or(least);
  if (target < least || target > most) {
    return group_field("target_size", "it must lie between min_size and max_size");
  }
  return {};
}

}  // namespace

bool is_byte_quantity(std::string_view text) {
  constexpr std::array suffixes{"", "k", "M", "G", "T", "P", "Ki", "Mi", "Gi", "Ti", "Pi"};
  constexpr std::size_t bytes_max = 24;
  const std::size_t end = text.find_first_not_of("0123456789.");
  const std::string_view number = text.substr(0, end);
  const std::string_view suffix = end == std::string_view::npos ? "" : text.substr(end);
  if (number.empty() || text.size() > bytes_max) return false;
  if (number.front() == '.' || number.back() == '.') return false;
  if (std::ranges::count(number, '.') > 1) return false;
  return std::ranges::find(suffixes, suffix) != suffixes.end();
}

Result<GroupRequest> read_new_group(const Document& body) {
  MS_TRY_VOID(check_members(body));
  for (const std::string_view needed : {"name", "default_instance_type", "ephemeral"}) {
    if (group_member(body, needed) == nullptr) {
      return Error{Errc::body_invalid, std::string{needed}.append(" is missing")};
    }
  }
  GroupRequest request;
  MS_TRY(const std::string* name, group_text(body, "name"));
  MS_TRY(const NodeGroupName parsed, parse_node_group_name(*name));
  request.group.name = parsed.get();
  MS_TRY_VOID(read_members(body, request));
  NodeGroupSizes& sizes = request.group.sizes;
  if (!sizes.min) sizes.min = 0;
  if (!sizes.target) sizes.target = sizes.min;
  if (!sizes.max) sizes.max = std::max(*sizes.min, *sizes.target);
  MS_TRY_VOID(check_sizes(sizes));
  return request;
}

Result<GroupRequest> read_group_update(const Document& body, const NodeGroup& existing) {
  MS_TRY_VOID(check_members(body));
  GroupRequest request;
  request.group = existing;
  MS_TRY(const std::string* name, group_text(body, "name"));
  if (name != nullptr && *name != existing.name) {
    return group_field("name", "a group keeps its name: make another one, then delete this");
  }
  MS_TRY_VOID(read_members(body, request));
  if (request.group.kind != existing.kind) {
    return group_field("kind", "a group keeps its kind");
  }
  if (request.group.namespace_name != existing.namespace_name) {
    return group_field("namespace", "a group keeps its namespace");
  }
  MS_TRY_VOID(check_sizes(request.group.sizes));
  return request;
}

}  // namespace mainstay::clusters
