#include "apps/clusters/embedded_cluster/openapi.hpp"

#include <array>
#include <utility>
#include <vector>

#include "apps/clusters/embedded_cluster/tree.hpp"

namespace mainstay::clusters::embedded {

namespace {

enum class Form { v2, v3 };

constexpr std::string_view meta_model = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

std::string reference(Form form, std::string_view model) {
  return (form == Form::v2 ? "#/definitions/" : "#/components/schemas/") + std::string{model};
}

bool schema_is(const Document& schema, std::string_view extension) {
  const Document* value = schema.find(extension);
  return value != nullptr && value->if_bool() != nullptr && *value->if_bool();
}

Document converted(const Document& schema, Form form);

Document converted_members(const Document& members, Form form) {
  DocumentObject out;
  if (members.if_object() == nullptr) return out;
  for (const DocumentMember& one : *members.if_object()) {
    out.push_back({one.name, converted(one.value, form)});
  }
  return out;
}

/// OpenAPI 2.0 knows no nullable and no int-or-string, and clients take it for all there is: where
/// more is allowed, it says nothing.
Document converted(const Document& schema, Form form) {
  static constexpr std::array<std::string_view, 16> kept{"description",
                                                         "type",
                                                         "format",
                                                         "required",
                                                         "enum",
                                                         "minimum",
                                                         "maximum",
                                                         "minLength",
                                                         "maxLength",
                                                         "minItems",
                                                         "maxItems",
                                                         "default",
                                                         "x-kubernetes-list-type",
                                                         "x-kubernetes-list-map-keys",
                                                         "x-kubernetes-map-type",
                                                         "x-kubernetes-int-or-string"};
  DocumentObject out;
  const bool is_open = schema_is(schema, "x-kubernetes-preserve-unknown-fields");
  if (form == Form::v2 && (is_open || schema_is(schema, "nullable"))) {
    out.push_back({"description", text_of(schema, {"description"})});
    if (is_open) out.push_back({"x-kubernetes-preserve-unknown-fields", true});
    return out;
  }
  if (form == Form::v2 && schema_is(schema, "x-kubernetes-int-or-string")) {
    return DocumentObject{{"type", "string"}, {"format", "int-or-string"}};
  }
  for (const std::string_view name : kept) {
    if (const Document* value = schema.find(name)) out.push_back({std::string{name}, *value});
  }
  if (form == Form::v3) {
    for (const char* const name : {"nullable", "x-kubernetes-preserve-unknown-fields", "pattern"}) {
      if (const Document* value = schema.find(name)) out.push_back({name, *value});
    }
  }
  if (const Document* items = schema.find("items")) {
    out.push_back({"items", converted(*items, form)});
  } else if (text_of(schema, {"type"}) == "array") {
    out.push_back({"items", DocumentObject{}});
  }
  if (const Document* properties = schema.find("properties")) {
    out.push_back({"properties", converted_members(*properties, form)});
  }
  if (const Document* more = schema.find("additionalProperties"); more && more->if_object()) {
    out.push_back({"additionalProperties", converted(*more, form)});
  }
  return out;
}

Document kind_mark(const ResourceType& type) {
  return DocumentObject{{"group", type.group}, {"version", type.version}, {"kind", type.kind}};
}

Document model(const ResourceType& type, Form form) {
  Document schema = *type.schema;
  Document out = converted(schema, form);
  if (Document* properties = find_path(out, {"properties"})) {
    set_member(*properties, "metadata", DocumentObject{{"$ref", reference(form, meta_model)}});
  }
  if (text_of(out, {"type"}).empty() && form == Form::v3) set_member(out, "type", "object");
  set_member(out, "x-kubernetes-group-version-kind", DocumentArray{kind_mark(type)});
  return out;
}

Document list_model(const ResourceType& type, Form form) {
  const Document text = DocumentObject{{"type", "string"}};
  return DocumentObject{
      {"description", "a list of objects"},
      {"type", "object"},
      {"required", DocumentArray{"items"}},
      {"properties",
       DocumentObject{
           {"apiVersion", text},
           {"kind", text},
           {"metadata", DocumentObject{{"type", "object"}}},
           {"items",
            DocumentObject{
                {"type", "array"},
                {"items", DocumentObject{{"$ref", reference(form, type.model_name())}}}}}}}};
}

void add_models(const ResourceType& type, Form form, Document& models) {
  if (models.find(meta_model) == nullptr) {
    const Document* meta = find_path(*type.schema, {"properties", "metadata"});
    if (meta != nullptr) set_member(models, meta_model, converted(*meta, form));
  }
  set_member(models, type.model_name(), model(type, form));
  if (!type.only_answers) set_member(models, type.model_name() + "List", list_model(type, form));
}

Document parameter(Form form, const char* name, const char* description) {
  DocumentObject out{{"name", name}, {"in", "query"}, {"description", description}};
  if (form == Form::v2) {
    out.push_back({"type", "string"});
  } else {
    out.push_back({"schema", DocumentObject{{"type", "string"}}});
  }
  return out;
}

Document path_parameter(Form form, const char* name) {
  Document out = parameter(form, name, "of the object");
  set_member(out, "in", "path");
  set_member(out, "required", true);
  return out;
}

Document write_parameters(Form form, bool patches) {
  DocumentArray out{
      parameter(form, "dryRun", "All: nothing is kept"),
      parameter(form, "fieldManager", "who owns the fields that this writes"),
      parameter(form, "fieldValidation", "Ignore, Warn or Strict: what unknown fields are")};
  if (patches) out.push_back(parameter(form, "force", "take fields from their owners"));
  return out;
}

Document operation(const ResourceType& type, Form form, std::string_view action,
                   std::string_view id) {
  DocumentObject out{{"operationId", std::string{id} + type.kind},
                     {"responses", DocumentObject{{"200", DocumentObject{{"description", "OK"}}}}},
                     {"x-kubernetes-action", action},
                     {"x-kubernetes-group-version-kind", kind_mark(type)}};
  if (action == "patch" || action == "put" || action == "post") {
    out.push_back({"parameters", write_parameters(form, action == "patch")});
  }
  return out;
}

std::string prefix_of(const ResourceType& type) {
  return type.group.empty() ? "/api/" + type.version : "/apis/" + type.group + '/' + type.version;
}

void add_paths(const ResourceType& type, Form form, Document& paths) {
  const std::string collection =
      prefix_of(type) + (type.namespaced ? "/namespaces/{namespace}/" : "/") + type.plural;
  DocumentArray common;
  if (type.namespaced) common.push_back(path_parameter(form, "namespace"));
  DocumentObject all{{"post", operation(type, form, "post", "create")}};
  if (!type.only_answers) all.push_back({"get", operation(type, form, "list", "list")});
  if (!common.empty()) all.push_back({"parameters", common});
  set_member(paths, collection, std::move(all));
  if (type.only_answers) return;
  common.push_back(path_parameter(form, "name"));
  set_member(paths, collection + "/{name}",
             DocumentObject{{"get", operation(type, form, "get", "read")},
                            {"put", operation(type, form, "put", "replace")},
                            {"patch", operation(type, form, "patch", "patch")},
                            {"delete", operation(type, form, "delete", "delete")},
                            {"parameters", std::move(common)}});
}

Document information() {
  return DocumentObject{{"title", "Mainstay's embedded cluster (for development)"},
                        {"version", "v1.33.0"}};
}

/// "api/v1", "apis/GROUP/VERSION".
std::string path_of(const ResourceType& type) { return prefix_of(type).substr(1); }

}  // namespace

Document openapi_v2(const ResourceTypes& types) {
  Document paths{DocumentObject{}};
  Document models{DocumentObject{}};
  for (const ResourceType& type : types.all()) {
    add_paths(type, Form::v2, paths);
    add_models(type, Form::v2, models);
  }
  return DocumentObject{{"swagger", "2.0"},
                        {"info", information()},
                        {"paths", std::move(paths)},
                        {"definitions", std::move(models)}};
}

Document openapi_v3_index(const ResourceTypes& types) {
  Document paths{DocumentObject{}};
  for (const ResourceType& type : types.all()) {
    // Clients keep what they got under this address: it changes with what there is.
    set_member(paths, path_of(type),
               DocumentObject{{"serverRelativeURL", "/openapi/v3/" + path_of(type) + "?hash=" +
                                                        std::to_string(types.generation())}});
  }
  return DocumentObject{{"paths", std::move(paths)}};
}

std::optional<Document> openapi_v3(const ResourceTypes& types, std::string_view path) {
  Document paths{DocumentObject{}};
  Document models{DocumentObject{}};
  for (const ResourceType& type : types.all()) {
    if (path_of(type) != path) continue;
    add_paths(type, Form::v3, paths);
    add_models(type, Form::v3, models);
  }
  if (is_empty(models)) return std::nullopt;
  return DocumentObject{{"openapi", "3.0.0"},
                        {"info", information()},
                        {"paths", std::move(paths)},
                        {"components", DocumentObject{{"schemas", std::move(models)}}}};
}

}  // namespace mainstay::clusters::embedded
