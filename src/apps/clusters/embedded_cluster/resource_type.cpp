#include "apps/clusters/embedded_cluster/resource_type.hpp"

#include <algorithm>
#include <functional>
#include <ranges>
#include <tuple>
#include <utility>

#include "apps/clusters/domain/names.hpp"
#include "apps/clusters/embedded_cluster/tree.hpp"
#include "base/text.hpp"

namespace mainstay::clusters::embedded {

namespace {

std::vector<std::string> texts_of(const Document* list) {
  std::vector<std::string> out;
  if (list == nullptr || list->if_array() == nullptr) return out;
  for (const Document& one : *list->if_array()) {
    if (one.if_string() != nullptr) out.push_back(*one.if_string());
  }
  return out;
}

bool flag_of(const Document& object, std::string_view name) {
  const Document* value = object.find(name);
  return value != nullptr && value->if_bool() != nullptr && *value->if_bool();
}

std::vector<Column> columns_of(const Document* list) {
  std::vector<Column> out;
  if (list == nullptr || list->if_array() == nullptr) return out;
  for (const Document& one : *list->if_array()) {
    const Document* priority = one.find("priority");
    out.push_back({text_of(one, {"name"}), text_of(one, {"type"}), text_of(one, {"format"}),
                   text_of(one, {"description"}),
                   priority != nullptr && priority->if_int() != nullptr
                       ? static_cast<int>(*priority->if_int())
                       : 0,
                   text_of(one, {"jsonPath"})});
  }
  return out;
}

/// The schema of the whole object: what every object has is the same for all.
std::shared_ptr<const Document> whole_schema(Document schema, const Document& object_meta) {
  if (schema.if_object() == nullptr) schema = Document{DocumentObject{{"type", "object"}}};
  Document& properties = member_of(schema, "properties");
  for (const auto& [name, description] :
       {std::pair{"apiVersion", "group and version, as in cluster.example/v1"},
        std::pair{"kind", "the kind of object"}}) {
    set_member(properties, name, DocumentObject{{"description", description}, {"type", "string"}});
  }
  set_member(properties, "metadata", object_meta);
  return std::make_shared<const Document>(std::move(schema));
}

ResourceType builtin_type(const Document& row, const Document& object_meta) {
  ResourceType type;
  type.group = text_of(row, {"group"});
  type.version = text_of(row, {"version"});
  type.kind = text_of(row, {"kind"});
  type.list_kind = type.kind + "List";
  type.plural = text_of(row, {"plural"});
  type.singular = lower_case(type.kind);
  type.short_names = texts_of(row.find("shortNames"));
  type.namespaced = flag_of(row, "namespaced");
  type.has_status = flag_of(row, "status");
  type.only_answers = flag_of(row, "onlyAnswers");
  type.columns = columns_of(row.find("columns"));
  const Document* schema = row.find("schema");
  type.schema = whole_schema(schema == nullptr ? Document{} : *schema, object_meta);
  return type;
}

/// Gathers what is wrong with a definition.
struct Checked {
  const Document& definition;
  std::vector<Cause> causes = {};

  std::string text(Path path, const char* field) {
    const std::string& found = text_of(definition, path);
    if (found.empty()) require(field);
    return found;
  }
  void require(std::string field) {
    causes.push_back({"FieldValueRequired", "Required value", std::move(field)});
  }
  void refuse(std::string field, const std::string& value, const std::string& why) {
    causes.push_back({"FieldValueInvalid", "Invalid value: " + quoted(Document{value}) + ": " + why,
                      std::move(field)});
  }
};

/// What all versions have in common.
ResourceType common_part(Checked& checked) {
  ResourceType type;
  type.custom = true;
  type.group = checked.text({"spec", "group"}, "spec.group");
  type.kind = checked.text({"spec", "names", "kind"}, "spec.names.kind");
  type.plural = checked.text({"spec", "names", "plural"}, "spec.names.plural");
  type.singular = text_of(checked.definition, {"spec", "names", "singular"});
  if (type.singular.empty()) type.singular = lower_case(type.kind);
  type.list_kind = text_of(checked.definition, {"spec", "names", "listKind"});
  if (type.list_kind.empty()) type.list_kind = type.kind + "List";
  type.short_names = texts_of(find_path(checked.definition, {"spec", "names", "shortNames"}));
  type.categories = texts_of(find_path(checked.definition, {"spec", "names", "categories"}));
  const std::string scope = checked.text({"spec", "scope"}, "spec.scope");
  type.namespaced = scope == "Namespaced";
  if (!type.namespaced && scope != "Cluster" && !scope.empty()) {
    checked.causes.push_back({"FieldValueNotSupported",
                              "Unsupported value: " + quoted(Document{scope}) +
                                  ": supported values: \"Cluster\", \"Namespaced\"",
                              "spec.scope"});
  }
  if (!type.group.empty() &&
      (!is_dns_subdomain(type.group) || type.group.find('.') == std::string::npos)) {
    checked.refuse("spec.group", type.group, "should be a domain with at least one dot");
  }
  if (!type.plural.empty() && !is_dns_label(type.plural)) {
    checked.refuse("spec.names.plural", type.plural, "must be a lowercase RFC 1123 label");
  }
  const std::string& name = text_of(checked.definition, {"metadata", "name"});
  if (name != type.resource()) {
    checked.refuse("metadata.name", name, "must be spec.names.plural+\".\"+spec.group");
  }
  return type;
}

/// v2 before v1 before v1beta2 before v1alpha1 before anything else (apimachinery, version.go).
std::tuple<int, std::uint64_t, std::uint64_t> preference(std::string_view version) {
  const auto digits = [](std::string_view& from) {
    const auto end = std::min(from.find_first_not_of("0123456789"), from.size());
    const auto value = parse_u64(from.substr(0, end)).value_or(0);
    from.remove_prefix(end);
    return value;
  };
  if (!version.starts_with('v')) return {0, 0, 0};
  version.remove_prefix(1);
  const std::uint64_t major = digits(version);
  if (version.empty()) return {3, major, 0};
  for (const auto& [word, rank] : {std::pair{"beta", 2}, std::pair{"alpha", 1}}) {
    if (!version.starts_with(word)) continue;
    version.remove_prefix(std::string_view{word}.size());
    return {rank, major, digits(version)};
  }
  return {0, 0, 0};
}

}  // namespace

std::vector<std::string> ResourceType::verbs() const {
  if (only_answers) return {"create"};
  return {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"};
}

std::string ResourceType::model_name() const {
  if (group.empty()) return "io.k8s.api.core." + version + '.' + kind;
  std::string reversed;
  for (const std::string_view part : split(group, '.') | std::views::reverse) {
    reversed += std::string{part} + '.';
  }
  return reversed + version + '.' + kind;
}

ResourceTypes::ResourceTypes(const Document& builtin) {
  if (const Document* meta = builtin.find("objectMeta")) object_meta_ = *meta;
  const Document* rows = builtin.find("types");
  if (rows == nullptr || rows->if_array() == nullptr) return;
  for (const Document& row : *rows->if_array()) {
    all_.push_back(builtin_type(row, object_meta_));
    definitions_.emplace_back();
  }
}

const ResourceType* ResourceTypes::find(std::string_view group, std::string_view version,
                                        std::string_view plural) const {
  const auto found = std::ranges::find_if(all_, [&](const ResourceType& one) {
    return one.plural == plural && one.version == version && one.group == group;
  });
  return found == all_.end() ? nullptr : &*found;
}

Outcome<std::vector<ResourceType>> ResourceTypes::declared_by(const Document& definition) const {
  Checked checked{definition};
  const ResourceType common = common_part(checked);
  std::vector<ResourceType> types;
  int stored = 0;
  const Document* versions = find_path(definition, {"spec", "versions"});
  const DocumentArray none;
  const DocumentArray& list =
      versions != nullptr && versions->if_array() != nullptr ? *versions->if_array() : none;
  if (list.empty()) checked.require("spec.versions");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string field = "spec.versions[" + std::to_string(i) + ']';
    ResourceType type = common;
    type.version = text_of(list[i], {"name"});
    if (!is_dns_label(type.version)) {
      checked.refuse(field + ".name", type.version, "must be a lowercase RFC 1123 label");
    }
    const Document* schema = find_path(list[i], {"schema", "openAPIV3Schema"});
    if (schema == nullptr || schema->if_object() == nullptr) {
      checked.require(field + ".schema.openAPIV3Schema");
      continue;
    }
    type.schema = whole_schema(*schema, object_meta_);
    type.has_status = find_path(list[i], {"subresources", "status"}) != nullptr;
    type.columns = columns_of(list[i].find("additionalPrinterColumns"));
    if (flag_of(list[i], "storage")) ++stored;
    if (flag_of(list[i], "served")) types.push_back(std::move(type));
  }
  if (!list.empty() && stored != 1) {
    checked.causes.push_back({"FieldValueInvalid",
                              "Invalid value: must have exactly one version marked as storage",
                              "spec.versions"});
  }
  if (!checked.causes.empty()) {
    return invalid("apiextensions.k8s.io", "CustomResourceDefinition",
                   text_of(definition, {"metadata", "name"}), std::move(checked.causes));
  }
  std::ranges::stable_sort(types, std::greater{},
                           [](const ResourceType& one) { return preference(one.version); });
  return types;
}

void ResourceTypes::put(const std::string& definition, std::vector<ResourceType> types) {
  remove(definition);
  // Beside others of their group, so that discovery tells each group once.
  for (ResourceType& type : types) {
    auto place = all_.size();
    for (std::size_t i = 0; i < all_.size(); ++i) {
      if (all_[i].group == type.group && all_[i].version == type.version) place = i + 1;
    }
    all_.insert(all_.begin() + static_cast<std::ptrdiff_t>(place), std::move(type));
    definitions_.insert(definitions_.begin() + static_cast<std::ptrdiff_t>(place), definition);
  }
  ++generation_;
}

void ResourceTypes::remove(const std::string& definition) {
  for (std::size_t i = all_.size(); i-- > 0;) {
    if (definitions_[i] != definition) continue;
    all_.erase(all_.begin() + static_cast<std::ptrdiff_t>(i));
    definitions_.erase(definitions_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  ++generation_;
}

}  // namespace mainstay::clusters::embedded
