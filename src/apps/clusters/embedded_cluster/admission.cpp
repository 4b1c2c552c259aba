#include "apps/clusters/embedded_cluster/admission.hpp"

#include <utility>

#include "apps/clusters/domain/names.hpp"
#include "apps/clusters/embedded_cluster/tree.hpp"
#include "apps/clusters/limits.hpp"
#include "base/text.hpp"

namespace mainstay::clusters::embedded {

namespace {

Refusal refuse_field(const ResourceType& type, const Document& object, std::string field,
                     std::string message) {
  return invalid(type.group, type.kind, text_of(object, {"metadata", "name"}),
                 {{"FieldValueInvalid", std::move(message), std::move(field)}});
}

Objection check_unchanged(const ResourceType& type, const Document& before, const Document& object,
                          std::initializer_list<std::string_view> fields) {
  const Document* immutable = before.find("immutable");
  if (immutable == nullptr || immutable->if_bool() == nullptr || !*immutable->if_bool()) {
    return std::nullopt;
  }
  for (const std::string_view field : fields) {
    const Document* old = before.find(field);
    const Document* now = object.find(field);
    if ((old == nullptr) == (now == nullptr) && (old == nullptr || *old == *now)) continue;
    return refuse_field(type, object, std::string{field},
                        "Forbidden: field is immutable when `immutable` is set");
  }
  return std::nullopt;
}

Objection check_keys(const ResourceType& type, const Document& object, std::string_view field,
                     bool is_base64, std::size_t& bytes) {
  const Document* data = object.find(field);
  if (data == nullptr || data->if_object() == nullptr) return std::nullopt;
  for (const DocumentMember& one : *data->if_object()) {
    const std::string where = std::string{field} + '[' + one.name + ']';
    if (!is_secret_key(one.name)) {
      return refuse_field(type, object, where,
                          "Invalid value: " + quoted(Document{one.name}) +
                              ": a valid config key must consist of alphanumeric characters, "
                              "'-', '_' or '.'");
    }
    const std::string* text = one.value.if_string();
    bytes += one.name.size() + (text == nullptr ? 0 : text->size());
    if (is_base64 && text != nullptr && !base64_decode(*text)) {
      return refuse_field(type, object, where, "Invalid value: illegal base64 data");
    }
  }
  if (bytes > Limits::secret_bytes_max * 4 / 3 + 4) {
    return invalid(type.group, type.kind, text_of(object, {"metadata", "name"}),
                   {{"FieldValueTooLong", "Too long: may not be more than 1048576 bytes", "data"}});
  }
  return std::nullopt;
}

Objection admit_secret(const ResourceType& type, const Document* before, Document& object) {
  if (const Document* given = object.find("stringData"); given && given->if_object()) {
    const Document texts = *given;
    for (const DocumentMember& one : *texts.if_object()) {
      if (const std::string* text = one.value.if_string()) {
        set_member(member_of(object, "data"), one.name, base64_encode(*text));
      }
    }
  }
  remove_member(object, "stringData");
  if (text_of(object, {"type"}).empty()) set_member(object, "type", "Opaque");
  std::size_t bytes = 0;
  if (auto objection = check_keys(type, object, "data", true, bytes)) return objection;
  if (before == nullptr) return std::nullopt;
  if (text_of(*before, {"type"}) != text_of(object, {"type"})) {
    return refuse_field(type, object, "type",
                        "Invalid value: " + quoted(*object.find("type")) + ": field is immutable");
  }
  return check_unchanged(type, *before, object, {"data", "immutable"});
}

Objection admit_config_map(const ResourceType& type, const Document* before, Document& object) {
  std::size_t bytes = 0;
  if (auto objection = check_keys(type, object, "data", false, bytes)) return objection;
  if (auto objection = check_keys(type, object, "binaryData", true, bytes)) return objection;
  if (before == nullptr) return std::nullopt;
  return check_unchanged(type, *before, object, {"data", "binaryData", "immutable"});
}

void admit_namespace(Document& object) {
  Document& metadata = member_of(object, "metadata");
  set_member(member_of(metadata, "labels"), "kubernetes.io/metadata.name",
             text_of(metadata, {"name"}));
  set_member(member_of(object, "status"), "phase", "Active");
}

Document condition(std::string_view type, std::string_view reason, std::string_view message,
                   const std::string& since) {
  return DocumentObject{{"type", type},
                        {"status", "True"},
                        {"reason", reason},
                        {"message", message},
                        {"lastTransitionTime", since}};
}

Objection admit_definition(const ResourceTypes& types, Document& object) {
  Document* names = find_path(object, {"spec", "names"}) == nullptr
                        ? nullptr
                        : find_path(member_of(object, "spec"), {"names"});
  if (names != nullptr && names->if_object() != nullptr) {
    const std::string kind = text_of(*names, {"kind"});
    if (text_of(*names, {"listKind"}).empty()) set_member(*names, "listKind", kind + "List");
    if (text_of(*names, {"singular"}).empty()) set_member(*names, "singular", lower_case(kind));
  }
  if (types.all().size() >= Limits::embedded_types_max) {
    return Refusal{422, "Invalid", "this cluster has all the kinds it takes; delete a definition"};
  }
  auto declared = types.declared_by(object);
  if (!declared) return std::move(declared).refusal();
  std::string stored;
  for (const Document& version : *find_path(object, {"spec", "versions"})->if_array()) {
    const Document* storage = version.find("storage");
    if (storage != nullptr && storage->if_bool() != nullptr && *storage->if_bool()) {
      stored = text_of(version, {"name"});
    }
  }
  if (find_path(object, {"spec", "conversion"}) == nullptr) {
    set_member(member_of(object, "spec"), "conversion", DocumentObject{{"strategy", "None"}});
  }
  const std::string since = text_of(object, {"metadata", "creationTimestamp"});
  const Document accepted =
      names == nullptr ? Document{} : *find_path(member_of(object, "spec"), {"names"});
  set_member(
      object, "status",
      DocumentObject{
          {"acceptedNames", accepted},
          {"conditions",
           DocumentArray{condition("NamesAccepted", "NoConflicts", "no conflicts found", since),
                         condition("Established", "InitialNamesAccepted",
                                   "the initial names have been accepted", since)}},
          {"storedVersions", DocumentArray{stored}}});
  return std::nullopt;
}

}  // namespace

Objection admit(const ResourceTypes& types, const ResourceType& type, const Document* before,
                Document& object) {
  if (type.custom) return std::nullopt;
  if (type.kind == "Secret") return admit_secret(type, before, object);
  if (type.kind == "ConfigMap") return admit_config_map(type, before, object);
  if (type.kind == "CustomResourceDefinition") return admit_definition(types, object);
  if (type.kind == "Namespace") admit_namespace(object);
  return std::nullopt;
}

Objection check_names(const ResourceType& type, const Document& object) {
  const std::string& name = text_of(object, {"metadata", "name"});
  if (name.empty()) {
    return invalid(type.group, type.kind, name,
                   {{"FieldValueRequired", "Required value: name or generateName is required",
                     "metadata.name"}});
  }
  const bool is_label = type.kind == "Namespace" && type.group.empty();
  if (is_label ? is_dns_label(name) : is_dns_subdomain(name)) return std::nullopt;
  return refuse_field(type, object, "metadata.name",
                      "Invalid value: " + quoted(Document{name}) + ": a lowercase RFC 1123 " +
                          (is_label ? "label" : "subdomain") +
                          " must consist of lower case alphanumeric characters, '-'" +
                          (is_label ? "" : " or '.'") +
                          ", and must start and end with an alphanumeric character");
}

}  // namespace mainstay::clusters::embedded
