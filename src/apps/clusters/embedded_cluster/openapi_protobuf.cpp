#include <string>
#include <utility>

#include "apps/clusters/embedded_cluster/openapi.hpp"
#include "apps/clusters/embedded_cluster/tree.hpp"
#include "base/bytes.hpp"

namespace mainstay::clusters::embedded {

namespace {

/// Builds one message (protobuf.dev, "Encoding"); empty fields are left out, as proto3 does.
class Message {
 public:
  Message& text(unsigned field, const Document* value) {
    if (value != nullptr && value->if_string() != nullptr) bytes(field, *value->if_string());
    return *this;
  }
  Message& texts(unsigned field, const Document* list) {
    if (list == nullptr || list->if_array() == nullptr) return *this;
    for (const Document& one : *list->if_array()) text(field, &one);
    return *this;
  }
  Message& flag(unsigned field, const Document* value) {
    if (value != nullptr && value->if_bool() != nullptr && *value->if_bool()) number(field, 1);
    return *this;
  }
  Message& count(unsigned field, const Document* value) {
    if (value != nullptr && value->if_int() != nullptr) {
      number(field, static_cast<std::uint64_t>(*value->if_int()));
    }
    return *this;
  }
  Message& inner(unsigned field, const Message& message) { return bytes(field, message.out_); }
  Message& bytes(unsigned field, std::string_view content) {
    ByteWriter writer{out_};
    writer.varint(field << 3U | 2U);
    writer.text(content);
    return *this;
  }
  [[nodiscard]] std::string take() && { return std::move(out_); }

 private:
  void number(unsigned field, std::uint64_t value) {
    ByteWriter writer{out_};
    writer.varint(field << 3U);
    writer.varint(value);
  }

  std::string out_;
};

/// NamedX: {name = 1, value = 2}.
Message named(std::string_view name, const Message& value) {
  Message out;
  out.bytes(1, name).inner(2, value);
  return out;
}

/// Any: the value as YAML, which JSON is.
Message any(const Document& value) {
  Message out;
  out.bytes(2, quoted(value));
  return out;
}

void add_extensions(Message& to, unsigned field, const Document& from) {
  for (const DocumentMember& one : *from.if_object()) {
    if (one.name.starts_with("x-")) to.inner(field, named(one.name, any(one.value)));
  }
}

Message schema_message(const Document& schema);

Message schemas_message(const Document& members) {
  Message out;
  for (const DocumentMember& one : *members.if_object()) {
    out.inner(1, named(one.name, schema_message(one.value)));
  }
  return out;
}

Message schema_message(const Document& schema) {
  Message out;
  out.text(1, schema.find("$ref")).text(2, schema.find("format"));
  out.text(4, schema.find("description"));
  if (const Document* fallback = schema.find("default")) out.inner(5, any(*fallback));
  out.count(11, schema.find("maxLength")).count(12, schema.find("minLength"));
  out.count(14, schema.find("maxItems")).count(15, schema.find("minItems"));
  out.texts(19, schema.find("required"));
  if (const Document* choices = schema.find("enum"); choices && choices->if_array()) {
    for (const Document& one : *choices->if_array()) out.inner(20, any(one));
  }
  if (const Document* more = schema.find("additionalProperties"); more && more->if_object()) {
    out.inner(21, Message{}.inner(1, schema_message(*more)));
  }
  if (const Document* type = schema.find("type")) out.inner(22, Message{}.text(1, type));
  if (const Document* items = schema.find("items")) {
    out.inner(23, Message{}.inner(1, schema_message(*items)));
  }
  if (const Document* properties = schema.find("properties");
      properties && properties->if_object()) {
    out.inner(25, schemas_message(*properties));
  }
  add_extensions(out, 31, schema);
  return out;
}

/// ParametersItem > Parameter > NonBodyParameter > the one of its place.
Message parameter_message(const Document& parameter) {
  const bool in_path = text_of(parameter, {"in"}) == "path";
  Message place;
  place.flag(1, parameter.find("required")).text(2, parameter.find("in"));
  place.text(3, parameter.find("description")).text(4, parameter.find("name"));
  place.text(in_path ? 5 : 6, parameter.find("type"));
  const Message non_body = Message{}.inner(in_path ? 4 : 3, place);
  return Message{}.inner(1, Message{}.inner(2, non_body));
}

void add_parameters(Message& to, unsigned field, const Document& from) {
  const Document* list = from.find("parameters");
  if (list == nullptr || list->if_array() == nullptr) return;
  for (const Document& one : *list->if_array()) to.inner(field, parameter_message(one));
}

Message operation_message(const Document& operation) {
  Message out;
  out.text(5, operation.find("operationId"));
  add_parameters(out, 8, operation);
  Message responses;
  if (const Document* list = operation.find("responses"); list && list->if_object()) {
    for (const DocumentMember& one : *list->if_object()) {
      const Message response = Message{}.text(1, one.value.find("description"));
      responses.inner(1, named(one.name, Message{}.inner(1, response)));
    }
  }
  out.inner(9, responses);
  add_extensions(out, 13, operation);
  return out;
}

Message path_message(const Document& path) {
  Message out;
  for (const auto& [name, field] :
       {std::pair{"get", 2U}, std::pair{"put", 3U}, std::pair{"post", 4U}, std::pair{"delete", 5U},
        std::pair{"patch", 8U}}) {
    if (const Document* operation = path.find(name)) {
      out.inner(field, operation_message(*operation));
    }
  }
  add_parameters(out, 9, path);
  return out;
}

}  // namespace

std::string openapi_v2_protobuf(const Document& document) {
  Message out;
  out.text(1, document.find("swagger"));
  Message info;
  info.text(1, find_path(document, {"info", "title"}))
      .text(2, find_path(document, {"info", "version"}));
  out.inner(2, info);
  Message paths;
  for (const DocumentMember& one : *document.find("paths")->if_object()) {
    paths.inner(2, named(one.name, path_message(one.value)));
  }
  out.inner(8, paths).inner(9, schemas_message(*document.find("definitions")));
  return std::move(out).take();
}

}  // namespace mainstay::clusters::embedded
