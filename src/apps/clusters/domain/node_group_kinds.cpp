#include "apps/clusters/domain/node_group_kinds.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "apps/clusters/domain/document.hpp"
#include "apps/clusters/errc.hpp"
#include "base/text.hpp"

namespace mainstay::clusters {
namespace {

using Paths = NodeGroupKind::Paths;
using Fields = NodeGroupKind::Fields;

/// Names of the fields in configuration.
struct FieldName {
  std::string_view name;
  Paths Fields::*paths;
};
constexpr std::array<FieldName, 12> field_names{{
    {"min", &Fields::min},
    {"max", &Fields::max},
    {"target", &Fields::target},
    {"default_instance_type", &Fields::default_instance_type},
    {"alternates", &Fields::alternates},
    {"instance_types", &Fields::instance_types},
    {"capacity", &Fields::capacity},
    {"zones", &Fields::zones},
    {"ephemeral_storage", &Fields::ephemeral_storage},
    {"labels", &Fields::labels},
    {"taints", &Fields::taints},
    {"state", &Fields::state},
}};

// ---- configuration

Error kind_error(std::string_view kind, std::string_view what) {
  return {Errc::document_invalid,
          "node group kind " + std::string{kind} + ": " + std::string{what}};
}

Result<Paths> parse_paths(const Document& value) {
  Paths paths;
  const auto add = [&paths](const Document& one) -> Result<> {
    const std::string* text = one.if_string();
    if (text == nullptr) return Error{Errc::document_invalid, "a path is no text"};
    MS_TRY(auto path, DocumentPath::parse(*text));
    paths.push_back(std::move(path));
    return {};
  };
  if (const DocumentArray* all = value.if_array()) {
    for (const Document& one : *all) MS_TRY_VOID(add(one));
  } else {
    MS_TRY_VOID(add(value));
  }
  return paths;
}

Result<> read_paths(const Document& paths, NodeGroupKind& kind) {
  const DocumentObject* members = paths.if_object();
  if (members == nullptr) return kind_error(kind.name, "paths are missing");
  for (const DocumentMember& member : *members) {
    const auto known = std::ranges::find(field_names, member.name, &FieldName::name);
    if (known == field_names.end()) {
      return kind_error(kind.name, "no field is called " + member.name);
    }
    auto parsed = parse_paths(member.value);
    if (parsed.has_error()) return kind_error(kind.name, parsed.error().detail());
    kind.fields.*(known->paths) = *std::move(parsed);
  }
  return {};
}

Result<> read_fixed(const Document& fixed, NodeGroupKind& kind) {
  const DocumentObject* members = fixed.if_object();
  if (members == nullptr) return {};
  for (const DocumentMember& member : *members) {
    auto path = DocumentPath::parse(member.name);
    if (path.has_error()) return kind_error(kind.name, path.error().detail());
    kind.fixed.emplace_back(*std::move(path), member.value);
  }
  return {};
}

Result<> read_state_words(const Document& words, NodeGroupKind& kind) {
  const DocumentObject* members = words.if_object();
  if (members == nullptr) return {};
  for (const DocumentMember& member : *members) {
    const std::string* text = member.value.if_string();
    const NodeGroupState state = parse_node_group_state(text == nullptr ? "" : *text);
    if (state.phase == NodeGroupState::Phase::unknown) {
      return kind_error(kind.name, "state_words." + member.name +
                                       " must be present, absent, processing or invalid");
    }
    kind.state_words.emplace_back(member.name, state.phase);
  }
  return {};
}

// ---- reading

const Document* first_found(const Paths& paths, const Document& object) {
  for (const DocumentPath& path : paths) {
    if (const Document* found = path.find(object)) return found;
  }
  return nullptr;
}

std::optional<std::int64_t> read_size(const Paths& paths, const Document& object) {
  const Document* found = first_found(paths, object);
  if (found == nullptr) return std::nullopt;
  if (const std::int64_t* number = found->if_int()) return *number;
  const std::string* text = found->if_string();
  return text == nullptr ? std::nullopt : parse_i64(*text);
}

std::string read_word(const Paths& paths, const Document& object) {
  const Document* found = first_found(paths, object);
  const std::string* text = found == nullptr ? nullptr : found->if_string();
  return text == nullptr ? std::string{} : *text;
}

/// A list's texts, or the one text.
std::vector<std::string> read_words(const Paths& paths, const Document& object) {
  std::vector<std::string> words;
  const Document* found = first_found(paths, object);
  if (found == nullptr) return words;
  if (const std::string* text = found->if_string()) words.push_back(*text);
  if (const DocumentArray* items = found->if_array()) {
    for (const Document& item : *items) {
      if (const std::string* text = item.if_string()) words.push_back(*text);
    }
  }
  return words;
}

NodeLabels read_labels(const Document* found) {
  NodeLabels labels;
  const DocumentObject* members = found == nullptr ? nullptr : found->if_object();
  if (members == nullptr) return labels;
  for (const DocumentMember& member : *members) {
    if (const std::string* text = member.value.if_string()) labels.emplace_back(member.name, *text);
  }
  return labels;
}

std::vector<Taint> read_taints(const Document* found) {
  std::vector<Taint> taints;
  const DocumentArray* items = found == nullptr ? nullptr : found->if_array();
  if (items == nullptr) return taints;
  for (const Document& item : *items) {
    const auto effect = parse_taint_effect(text_of(item, "effect"));
    if (text_of(item, "key").empty() || !effect) continue;
    taints.push_back(
        {std::string{text_of(item, "key")}, std::string{text_of(item, "value")}, *effect});
  }
  return taints;
}

/// "ON_DEMAND", "on-demand" and "ondemand" are one word.
std::string plain_word(std::string_view word) {
  std::string plain = lower_case(word);
  std::erase_if(plain, [](char c) { return c == '-' || c == '_'; });
  return plain;
}

CapacityType read_capacity(const NodeGroupKind& kind, const Document& object) {
  const std::vector<std::string> words = read_words(kind.fields.capacity, object);
  // Of both kinds: whoever asks for money must look closer.
  if (words.size() != 1) return CapacityType::unknown;
  const std::string word = plain_word(words.front());
  if (word == "spot" || word == plain_word(kind.spot_word)) return CapacityType::spot;
  if (word == "ondemand" || word == plain_word(kind.on_demand_word)) return CapacityType::on_demand;
  return CapacityType::unknown;
}

std::optional<NodeGroupState> read_state(const NodeGroupKind& kind, const Document& object) {
  const std::string word = read_word(kind.fields.state, object);
  if (word.empty()) return std::nullopt;
  const auto known = std::ranges::find(kind.state_words, word,
                                       &std::pair<std::string, NodeGroupState::Phase>::first);
  if (known != kind.state_words.end()) return NodeGroupState{known->second, {}};
  return parse_node_group_state(word);
}

// ---- writing

Document words_document(const std::vector<std::string>& words) {
  DocumentArray items;
  for (const std::string& word : words) items.emplace_back(word);
  return items;
}

void put_size(const Paths& paths, const std::optional<std::int64_t>& size, Document& object) {
  if (paths.empty() || !size) return;
  const DocumentPath& path = paths.front();
  const Document* before = path.find(object);
  const bool as_text =
      path.leads_to_text() || (before != nullptr && before->if_string() != nullptr);
  path.put(object, as_text ? Document{std::to_string(*size)} : Document{*size});
}

void put_word(const Paths& paths, const std::string& word, Document& object) {
  if (!paths.empty() && !word.empty()) paths.front().put(object, word);
}

void put_words(const Paths& paths, const std::vector<std::string>& words, Document& object) {
  if (paths.empty() || (words.empty() && paths.front().find(object) == nullptr)) return;
  paths.front().put(object, words_document(words));
}

void put_types(const Fields& fields, const NodeGroup& group, Document& object) {
  put_word(fields.default_instance_type, group.default_instance_type, object);
  put_words(fields.alternates, group.alternates, object);
  if (fields.instance_types.empty() || group.default_instance_type.empty()) return;
  std::vector<std::string> all{group.default_instance_type};
  all.insert(all.end(), group.alternates.begin(), group.alternates.end());
  put_words(fields.instance_types, all, object);
}

void put_capacity(const NodeGroupKind& kind, const NodeGroup& group, Document& object) {
  const Paths& paths = kind.fields.capacity;
  if (paths.empty() || group.capacity == CapacityType::unknown) return;
  const std::string& word =
      group.capacity == CapacityType::spot ? kind.spot_word : kind.on_demand_word;
  // In an element of a list of requirements it is one of several values.
  const bool as_list = paths.front().text().ends_with(".values");
  paths.front().put(object, as_list ? words_document({word}) : Document{word});
}

void put_labels(const Paths& paths, const NodeLabels& labels, Document& object) {
  if (paths.empty() || (labels.empty() && paths.front().find(object) == nullptr)) return;
  DocumentObject members;
  for (const auto& [key, value] : labels) members.push_back({key, value});
  paths.front().put(object, members);
}

void put_taints(const Paths& paths, const std::vector<Taint>& taints, Document& object) {
  if (paths.empty() || (taints.empty() && paths.front().find(object) == nullptr)) return;
  DocumentArray items;
  for (const Taint& taint : taints) {
    DocumentObject item{{"key", taint.key}};
    if (!taint.value.empty()) item.push_back({"value", taint.value});
    item.push_back({"effect", to_text(taint.effect)});
    items.emplace_back(std::move(item));
  }
  paths.front().put(object, items);
}

}  // namespace

Result<NodeGroupKind> node_group_kind(const Document& configuration) {
  NodeGroupKind kind;
  kind.name = text_of(configuration, "name");
  for (const auto& [name, into] :
       {std::pair{"name", &kind.name}, std::pair{"group", &kind.group},
        std::pair{"version", &kind.version}, std::pair{"plural", &kind.plural},
        std::pair{"kind", &kind.kind}}) {
    *into = text_of(configuration, name);
    const bool is_plain = std::ranges::all_of(*into, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '.' || c == '-';
    });
    if (into->empty() || into->size() > 253 || !is_plain) {
      return kind_error(kind.name, std::string{name} + " must be of letters, digits, . and -");
    }
  }
  kind.provider = text_of(configuration, "provider");
  const bool* namespaced = child_of(configuration, "namespaced").if_bool();
  kind.namespaced = namespaced != nullptr && *namespaced;
  MS_TRY_VOID(read_paths(child_of(configuration, "paths"), kind));
  MS_TRY_VOID(read_fixed(child_of(configuration, "fixed"), kind));
  MS_TRY_VOID(read_state_words(child_of(configuration, "state_words"), kind));
  const Document& words = child_of(configuration, "capacity_words");
  if (const std::string* word = words.find_string("on_demand")) kind.on_demand_word = *word;
  if (const std::string* word = words.find_string("spot")) kind.spot_word = *word;
  return kind;
}

NodeGroup read_node_group(const NodeGroupKind& kind, const Document& object) {
  const Document& metadata = child_of(object, "metadata");
  const Fields& fields = kind.fields;
  NodeGroup group;
  group.name = text_of(metadata, "name");
  group.namespace_name = text_of(metadata, "namespace");
  group.kind = kind.name;
  group.sizes = {read_size(fields.min, object), read_size(fields.max, object),
                 read_size(fields.target, object)};
  group.default_instance_type = read_word(fields.default_instance_type, object);
  group.alternates = read_words(fields.alternates, object);
  std::vector<std::string> types = read_words(fields.instance_types, object);
  if (!types.empty() && group.default_instance_type.empty()) {
    group.default_instance_type = std::move(types.front());
    group.alternates.assign(types.begin() + 1, types.end());
  }
  group.capacity = read_capacity(kind, object);
  group.zones = read_words(fields.zones, object);
  group.ephemeral_storage = read_word(fields.ephemeral_storage, object);
  group.labels = read_labels(first_found(fields.labels, object));
  group.taints = read_taints(first_found(fields.taints, object));
  group.provider = kind.provider;
  group.state = read_state(kind, object);
  group.object_labels = read_labels(metadata.find("labels"));
  group.resource_version = text_of(metadata, "resourceVersion");
  return group;
}

void write_node_group(const NodeGroupKind& kind, const NodeGroup& group, Document& object) {
  const Fields& fields = kind.fields;
  put_size(fields.min, group.sizes.min, object);
  put_size(fields.max, group.sizes.max, object);
  put_size(fields.target, group.sizes.target, object);
  put_word(fields.ephemeral_storage, group.ephemeral_storage, object);
  put_types(fields, group, object);
  put_capacity(kind, group, object);
  put_words(fields.zones, group.zones, object);
  put_labels(fields.labels, group.labels, object);
  put_taints(fields.taints, group.taints, object);
}

Document new_node_group(const NodeGroupKind& kind, const NodeGroup& group) {
  DocumentObject metadata{{"name", group.name}};
  if (kind.namespaced && !group.namespace_name.empty()) {
    metadata.push_back({"namespace", group.namespace_name});
  }
  if (!group.object_labels.empty()) {
    DocumentObject labels;
    for (const auto& [key, value] : group.object_labels) labels.push_back({key, value});
    metadata.push_back({"labels", std::move(labels)});
  }
  Document object = DocumentObject{
      {"apiVersion", kind.api_version()}, {"kind", kind.kind}, {"metadata", std::move(metadata)}};
  write_node_group(kind, group, object);
  for (const auto& [path, value] : kind.fixed) {
    if (path.find(object) == nullptr && path.has_elements(object)) path.put(object, value);
  }
  return object;
}

}  // namespace mainstay::clusters
