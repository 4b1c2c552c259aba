#include "apps/clusters/inbound/http/group_json.hpp"

#include <optional>
#include <string_view>

#include "base/text.hpp"

namespace mainstay::clusters {
namespace {

/// `,"NAME":` behind all but an object's first member.
void append_name(std::string& out, std::string_view name) {
  if (out.back() != '{') out.push_back(',');
  out.append("\"").append(name).append("\":");
}

void append_text_member(std::string& out, std::string_view name, std::string_view text) {
  append_name(out, name);
  append_json_quoted(out, text);
}

/// Null for an empty one.
void append_optional(std::string& out, std::string_view name, std::string_view text) {
  append_name(out, name);
  if (text.empty()) {
    out.append("null");
  } else {
    append_json_quoted(out, text);
  }
}

void append_optional(std::string& out, std::string_view name,
                     const std::optional<std::int64_t>& number) {
  append_name(out, name);
  if (number) {
    append_number(out, *number);
  } else {
    out.append("null");
  }
}

void append_texts(std::string& out, std::string_view name, const std::vector<std::string>& texts) {
  append_name(out, name);
  out.push_back('[');
  for (const std::string& text : texts) {
    if (out.back() != '[') out.push_back(',');
    append_json_quoted(out, text);
  }
  out.push_back(']');
}

void append_labels(std::string& out, std::string_view name, const NodeLabels& labels) {
  append_name(out, name);
  out.push_back('{');
  for (const auto& [key, value] : labels) {
    if (out.back() != '{') out.push_back(',');
    append_json_quoted(out, key);
    out.push_back(':');
    append_json_quoted(out, value);
  }
  out.push_back('}');
}

void append_taints(std::string& out, const std::vector<Taint>& taints) {
  append_name(out, "taints");
  out.push_back('[');
  for (const Taint& taint : taints) {
    if (out.back() != '[') out.push_back(',');
    out.push_back('{');
    append_text_member(out, "key", taint.key);
    append_text_member(out, "value", taint.value);
    append_text_member(out, "effect", to_text(taint.effect));
    out.push_back('}');
  }
  out.push_back(']');
}

void append_cost(std::string& out, const NodeGroup& group, const InstanceTypeSet& types) {
  append_name(out, "monthly_cost");
  const GroupFacts facts = facts_of(group);
  const auto cost = cost_of(facts, types);
  if (cost.has_error() || facts.instance_types.empty()) {  // of an unknown type nothing is known
    out.append("null");
    return;
  }
  out.push_back('{');
  append_text_member(out, "target", to_text(cost->target.amount));
  append_text_member(out, "most", to_text(cost->most.amount));
  append_text_member(out, "currency", cost->target.currency.code());
  out.push_back('}');
}

}  // namespace

void append_instance_type(std::string& out, const InstanceType& type, const Currency& currency) {
  out.push_back('{');
  append_text_member(out, "name", type.name);
  append_text_member(out, "family", type.family);
  append_name(out, "memory");
  append_number(out, static_cast<std::int64_t>(type.memory_bytes));
  append_name(out, "vcpu");
  append_number(out, type.vcpu);
  append_name(out, "gpu");
  append_number(out, type.gpu);
  append_text_member(out, "architecture", to_text(type.architecture));
  append_name(out, "current");
  out.append(type.is_current ? "true" : "false");
  append_optional(out, "hourly_price", type.price ? to_text(*type.price) : std::string{});
  append_optional(out, "currency", type.price ? currency.code() : std::string_view{});
  out.push_back('}');
}

void append_group(std::string& out, const NodeGroup& group, const InstanceTypeSet& types) {
  out.push_back('{');
  append_text_member(out, "name", group.name);
  append_optional(out, "instance_name", group.default_instance_type);
  append_optional(out, "ephemeral", group.ephemeral_storage);
  append_optional(out, "state", group.state ? to_text(*group.state) : std::string{});
  append_optional(out, "min_size", group.sizes.min);
  append_optional(out, "max_size", group.sizes.max);
  append_name(out, "instance_type");
  if (const InstanceType* type = types.find(group.default_instance_type)) {
    append_instance_type(out, *type, types.origin().currency);
  } else {
    out.append("null");
  }
  append_optional(out, "target_size", group.sizes.target);
  append_texts(out, "alternate_instance_types", group.alternates);
  append_text_member(out, "capacity_type", to_text(group.capacity));
  append_texts(out, "zones", group.zones);
  append_labels(out, "labels", group.labels);
  append_taints(out, group.taints);
  append_optional(out, "team", facts_of(group).team);
  append_text_member(out, "kind", group.kind);
  append_optional(out, "namespace", group.namespace_name);
  append_optional(out, "provider", group.provider);
  append_cost(out, group, types);
  out.push_back('}');
}

}  // namespace mainstay::clusters
