#include "apps/clusters/embedded_cluster/protobuf_body.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "apps/clusters/embedded_cluster/tree.hpp"
#include "base/bytes.hpp"
#include "base/text.hpp"

namespace mainstay::clusters::embedded {

// With a name, since files compiled together would meet the enumerators' short ones.
namespace protobuf_wire {
namespace {

/// What a field's bytes are.
enum class FieldKind : std::uint8_t {
  text,
  texts,    // repeated
  flag,     // bool
  integer,  // int32, int64
  message,
  messages,   // repeated
  text_map,   // map<string, string>
  bytes_map,  // map<string, bytes>
};

struct FieldRow {
  unsigned number;
  const char* name;
  FieldKind kind;
  std::span<const FieldRow> inner = {};  // of messages
};

using enum FieldKind;

constexpr FieldRow owner_fields[] = {{1, "kind", text},       {3, "name", text},
                                     {4, "uid", text},        {5, "apiVersion", text},
                                     {6, "controller", flag}, {7, "blockOwnerDeletion", flag}};
constexpr FieldRow metadata_fields[] = {{1, "name", text},
                                        {2, "generateName", text},
                                        {3, "namespace", text},
                                        {5, "uid", text},
                                        {6, "resourceVersion", text},
                                        {11, "labels", text_map},
                                        {12, "annotations", text_map},
                                        {13, "ownerReferences", messages, owner_fields},
                                        {14, "finalizers", texts}};
constexpr FieldRow namespace_spec_fields[] = {{1, "finalizers", texts}};
constexpr FieldRow namespace_fields[] = {{1, "metadata", message, metadata_fields},
                                         {2, "spec", message, namespace_spec_fields}};
constexpr FieldRow secret_fields[] = {{1, "metadata", message, metadata_fields},
                                      {2, "data", bytes_map},
                                      {3, "type", text},
                                      {4, "stringData", text_map},
                                      {5, "immutable", flag}};
constexpr FieldRow config_map_fields[] = {{1, "metadata", message, metadata_fields},
                                          {2, "data", text_map},
                                          {3, "binaryData", bytes_map},
                                          {4, "immutable", flag}};
constexpr FieldRow reference_fields[] = {
    {1, "kind", text}, {2, "namespace", text}, {3, "name", text}};
constexpr FieldRow local_reference_fields[] = {{1, "name", text}};
constexpr FieldRow service_account_fields[] = {
    {1, "metadata", message, metadata_fields},
    {2, "secrets", messages, reference_fields},
    {3, "imagePullSecrets", messages, local_reference_fields},
    {4, "automountServiceAccountToken", flag}};
constexpr FieldRow resource_attributes_fields[] = {
    {1, "namespace", text}, {2, "verb", text},        {3, "group", text}, {4, "version", text},
    {5, "resource", text},  {6, "subresource", text}, {7, "name", text}};
constexpr FieldRow path_attributes_fields[] = {{1, "path", text}, {2, "verb", text}};
constexpr FieldRow review_spec_fields[] = {
    {1, "resourceAttributes", message, resource_attributes_fields},
    {2, "nonResourceAttributes", message, path_attributes_fields},
    {3, "user", text},
    {4, "groups", texts}};
constexpr FieldRow review_fields[] = {{1, "metadata", message, metadata_fields},
                                      {2, "spec", message, review_spec_fields}};
constexpr FieldRow self_review_fields[] = {{1, "metadata", message, metadata_fields}};
constexpr FieldRow precondition_fields[] = {{1, "uid", text}, {2, "resourceVersion", text}};
constexpr FieldRow delete_fields[] = {{1, "gracePeriodSeconds", integer},
                                      {2, "preconditions", message, precondition_fields},
                                      {4, "propagationPolicy", text},
                                      {5, "dryRun", texts}};

struct KindRow {
  std::string_view kind;
  std::span<const FieldRow> fields;
};
constexpr KindRow kinds[] = {{"Namespace", namespace_fields},
                             {"Secret", secret_fields},
                             {"ConfigMap", config_map_fields},
                             {"ServiceAccount", service_account_fields},
                             {"SelfSubjectAccessReview", review_fields},
                             {"SubjectAccessReview", review_fields},
                             {"SelfSubjectReview", self_review_fields},
                             {"DeleteOptions", delete_fields}};

constexpr FieldRow type_fields[] = {{1, "apiVersion", text}, {2, "kind", text}};

/// The next field of a message (protobuf.dev, "Encoding").
struct WireField {
  unsigned number = 0;
  std::string_view bytes = {};  // of those with a length
  std::uint64_t value = 0;      // of the others
};
std::optional<WireField> next_field(ByteReader& reader) {
  const std::uint64_t tag = reader.varint();
  WireField field{static_cast<unsigned>(tag >> 3U)};
  switch (tag & 7U) {
    case 0:
      field.value = reader.varint();
      break;
    case 1:
      field.value = reader.u64();
      break;
    case 2:
      field.bytes = reader.text();
      break;
    case 5:
      field.value = reader.u32();
      break;
    default:
      return std::nullopt;
  }
  if (!reader.ok() || field.number == 0) return std::nullopt;
  return field;
}

bool read_message(std::string_view bytes, std::span<const FieldRow> rows, Document& out);

/// An entry of a map is a message of key and value.
bool read_entry(std::string_view bytes, bool is_bytes, Document& map) {
  std::string_view key;
  std::string_view value;
  ByteReader reader{as_bytes(bytes)};
  while (!reader.at_end()) {
    const auto field = next_field(reader);
    if (!field) return false;
    if (field->number == 1) key = field->bytes;
    if (field->number == 2) value = field->bytes;
  }
  if (!is_valid_utf8(key) || (!is_bytes && !is_valid_utf8(value))) return false;
  set_member(map, key, is_bytes ? Document{base64_encode(value)} : Document{value});
  return true;
}

DocumentArray& list_of(Document& object, const char* name) {
  Document& list = member_of(object, name);
  if (list.if_array() == nullptr) list = DocumentArray{};
  return *list.if_array();
}

bool read_field(const WireField& field, const FieldRow& row, Document& out) {
  switch (row.kind) {
    case text:
    case texts:
      if (!is_valid_utf8(field.bytes)) return false;
      // proto2: what is empty was not said.
      if (row.kind == texts) {
        list_of(out, row.name).emplace_back(field.bytes);
      } else if (!field.bytes.empty()) {
        set_member(out, row.name, field.bytes);
      }
      return true;
    case flag:
      set_member(out, row.name, field.value != 0);
      return true;
    case integer:
      set_member(out, row.name, static_cast<std::int64_t>(field.value));
      return true;
    case message:
      return read_message(field.bytes, row.inner, member_of(out, row.name));
    case messages:
      return read_message(field.bytes, row.inner, list_of(out, row.name).emplace_back());
    case text_map:
    case bytes_map:
      return read_entry(field.bytes, row.kind == bytes_map, member_of(out, row.name));
  }
  return false;
}

/// False for what is no message of that shape. Fields without a row are skipped. The depth is that
/// of the rows.
bool read_message(std::string_view bytes, std::span<const FieldRow> rows, Document& out) {
  if (out.if_object() == nullptr) out = DocumentObject{};
  ByteReader reader{as_bytes(bytes)};
  while (!reader.at_end()) {
    const auto field = next_field(reader);
    if (!field) return false;
    for (const FieldRow& row : rows) {
      if (row.number == field->number && !read_field(*field, row, out)) return false;
    }
  }
  return true;
}

}  // namespace
}  // namespace protobuf_wire

namespace {

Refusal no_message() { return bad_request("the body is no message of Kubernetes' protobuf"); }

}  // namespace

Outcome<Document> parse_protobuf_body(std::string_view body) {
  constexpr std::string_view magic{"k8s\0", 4};
  if (!body.starts_with(magic)) return no_message();
  std::string_view type;
  std::string_view raw;
  ByteReader reader{as_bytes(body.substr(magic.size()))};
  while (!reader.at_end()) {
    const auto field = protobuf_wire::next_field(reader);
    if (!field) return no_message();
    if (field->number == 1) type = field->bytes;
    if (field->number == 2) raw = field->bytes;
  }
  Document out;
  if (!protobuf_wire::read_message(type, protobuf_wire::type_fields, out)) return no_message();
  const std::string kind = text_of(out, {"kind"});
  for (const protobuf_wire::KindRow& row : protobuf_wire::kinds) {
    if (row.kind != kind) continue;
    if (!protobuf_wire::read_message(raw, row.fields, out)) return no_message();
    return out;
  }
  return Refusal{
      415, "UnsupportedMediaType",
      "protobuf bodies of the kind " + quoted(Document{kind}) + " are not read here: send JSON"};
}

}  // namespace mainstay::clusters::embedded
