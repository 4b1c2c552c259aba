#include "apps/clusters/inbound/http/catalog_json.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "apps/clusters/domain/group_cost.hpp"
#include "base/bytes.hpp"
#include "base/crc32c.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"

namespace mainstay::clusters {
namespace {

constexpr std::size_t entity_name_bytes_max = 63;

std::string checksum_text(std::string_view text) {
  const std::uint32_t sum = crc32c(as_bytes(text));
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>((sum >> static_cast<unsigned>(shift)) & 0xffU));
  }
  return hexadecimal(bytes);
}

/// A tag of Backstage: [a-z0-9+#] and single dashes, up to 63.
std::string tag_of(std::string_view text) {
  std::string tag;
  for (const char c : lower_case(text)) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (is_plain) {
      tag.push_back(c);
    } else if (!tag.empty() && tag.back() != '-') {
      tag.push_back('-');
    }
  }
  tag.resize(std::min(tag.size(), entity_name_bytes_max));
  while (tag.ends_with('-')) tag.pop_back();
  return tag;
}

struct EntityParts {
  std::string name;
  std::string title;
  std::string description;
  std::string type;
  std::string owner;
  std::vector<std::pair<std::string, std::string>> annotations = {};
  std::vector<std::string> tags = {};
};

void append_entity(std::string& out, const EntityParts& parts) {
  json::Object annotations;
  for (const auto& [key, value] : parts.annotations) {
    if (!value.empty()) annotations.push_back({key, value});
  }
  json::Array tags;
  for (const std::string& tag : parts.tags) {
    if (!tag.empty()) tags.push_back(tag);
  }
  json::append(out,
               json::Object{{"apiVersion", "backstage.io/v1alpha1"},
                            {"kind", "Resource"},
                            {"metadata", json::Object{{"name", parts.name},
                                                      {"namespace", "default"},
                                                      {"title", parts.title},
                                                      {"description", parts.description},
                                                      {"annotations", std::move(annotations)},
                                                      {"tags", std::move(tags)}}},
                            {"spec", json::Object{{"type", parts.type}, {"owner", parts.owner}}}});
}

std::string entity_owner(std::string_view team, std::string_view otherwise) {
  return team.empty() ? std::string{otherwise} : "group:default/" + std::string{team};
}

}  // namespace

std::string entity_name(std::string_view kind, std::string_view name_space, std::string_view name) {
  std::string whole{kind};
  if (!name_space.empty()) whole.append("-").append(name_space);
  whole.append("-").append(name);
  if (whole.size() <= entity_name_bytes_max) return whole;
  const std::string sum = checksum_text(whole);
  whole.resize(entity_name_bytes_max - sum.size() - 1);
  return whole + "-" + sum;
}

void append_group_entity(std::string& out, const NodeGroup& group, const InstanceTypeSet& types,
                         std::string_view owner) {
  const GroupFacts facts = facts_of(group);
  EntityParts parts;
  parts.name = entity_name("nodegroup", group.namespace_name, group.name);
  parts.title = group.name;
  parts.type = "node-group";
  parts.owner = entity_owner(facts.team, owner);
  parts.description = std::to_string(facts.size_min) + " to " + std::to_string(facts.size_max) +
                      " nodes of " + group.default_instance_type;
  parts.tags = {tag_of(group.default_instance_type), tag_of(to_text(group.capacity))};
  parts.annotations = {{"mainstay/name", group.name},
                       {"mainstay/kind", group.kind},
                       {"mainstay/namespace", group.namespace_name},
                       {"mainstay/state", group.state ? to_text(*group.state) : std::string{}},
                       {"mainstay/instance-type", group.default_instance_type}};
  if (const auto cost = cost_of(facts, types); cost.has_value()) {
    parts.annotations.emplace_back("mainstay/monthly-cost", to_text(cost->target));
  }
  append_entity(out, parts);
}

void append_secret_entity(std::string& out, const ObjectFacts& secret, std::string_view owner) {
  EntityParts parts;
  parts.name = entity_name("secret", secret.namespace_name(), secret.name());
  parts.title = std::string{secret.namespace_name()}.append("/").append(secret.name());
  parts.type = "secret";
  parts.owner = entity_owner(secret.label("team"), owner);
  parts.annotations = {{"mainstay/name", std::string{secret.name()}},
                       {"mainstay/namespace", std::string{secret.namespace_name()}}};
  append_entity(out, parts);
}

void append_type_entity(std::string& out, const InstanceType& type, const Currency& currency,
                        std::string_view owner) {
  EntityParts parts;
  parts.name = entity_name("instance-type", {}, type.name);
  parts.title = type.name;
  parts.type = "instance-type";
  parts.owner = std::string{owner};
  parts.description = std::to_string(type.vcpu) + " vCPU, " + memory_text(type.memory_bytes);
  parts.tags = {tag_of(type.family), tag_of(to_text(type.architecture))};
  parts.annotations = {{"mainstay/name", type.name}};
  if (type.price) {
    parts.annotations.emplace_back("mainstay/hourly-price",
                                   to_text(*type.price).append(" ").append(currency.code()));
  }
  append_entity(out, parts);
}

std::string group_entity_ref(const NodeGroup& group) {
  return "resource:default/" + entity_name("nodegroup", group.namespace_name, group.name);
}

std::string secret_entity_ref(const ObjectFacts& secret) {
  return "resource:default/" + entity_name("secret", secret.namespace_name(), secret.name());
}

}  // namespace mainstay::clusters
