#include "apps/clusters/domain/cluster_objects.hpp"

#include <array>

#include "apps/clusters/domain/document_path.hpp"
#include "base/bytes.hpp"
#include "base/document.hpp"

namespace mainstay::clusters {
namespace {

ObjectFacts::Pairs text_members(const Document& object) {
  ObjectFacts::Pairs pairs;
  const DocumentObject* members = object.if_object();
  if (members == nullptr) return pairs;
  for (const DocumentMember& member : *members) {
    if (const std::string* text = member.value.if_string()) pairs.emplace_back(member.name, *text);
  }
  return pairs;
}

void pack_pairs(ByteWriter& writer, const ObjectFacts::Pairs& pairs) {
  writer.varint(pairs.size());
  for (const auto& [key, value] : pairs) {
    writer.text(key);
    writer.text(value);
  }
}

ObjectFacts::Pairs unpack_pairs(ByteReader& reader) {
  ObjectFacts::Pairs pairs(reader.varint());
  for (auto& [key, value] : pairs) {
    key = reader.text();
    value = reader.text();
  }
  return pairs;
}

ObjectFacts::Fields unpack_fields(ByteReader& reader) {
  ObjectFacts::Fields fields;
  for (std::string_view* field : {&fields.name, &fields.namespace_name, &fields.uid,
                                  &fields.resource_version, &fields.created}) {
    *field = reader.text();
  }
  return fields;
}

std::string_view paired_with(const ObjectFacts::Pairs& pairs, std::string_view key) {
  for (const auto& [name, value] : pairs) {
    if (name == key) return value;
  }
  return {};
}

std::string copied(const Document& object, std::string_view member) {
  return std::string{text_of(object, member)};
}

}  // namespace

ObjectFacts::ObjectFacts(const Fields& fields, const Pairs& labels, const Pairs& annotations) {
  std::string packed;
  ByteWriter writer{packed};
  for (const std::string_view field :
       {fields.name, fields.namespace_name, fields.uid, fields.resource_version, fields.created}) {
    writer.text(field);
  }
  pack_pairs(writer, labels);
  pack_pairs(writer, annotations);
  packed_.assign(packed);  // no larger than its content
}

std::string_view ObjectFacts::name() const { return ByteReader{as_bytes(packed_)}.text(); }

std::string_view ObjectFacts::namespace_name() const {
  ByteReader reader{as_bytes(packed_)};
  reader.text();
  return reader.text();
}

ObjectFacts::Fields ObjectFacts::fields() const {
  ByteReader reader{as_bytes(packed_)};
  return unpack_fields(reader);
}

ObjectFacts::Pairs ObjectFacts::labels() const {
  ByteReader reader{as_bytes(packed_)};
  unpack_fields(reader);
  return unpack_pairs(reader);
}

ObjectFacts::Pairs ObjectFacts::annotations() const {
  ByteReader reader{as_bytes(packed_)};
  unpack_fields(reader);
  unpack_pairs(reader);
  return unpack_pairs(reader);
}

std::string_view ObjectFacts::label(std::string_view key) const {
  return paired_with(labels(), key);
}
std::string_view ObjectFacts::annotation(std::string_view key) const {
  return paired_with(annotations(), key);
}

ObjectFacts object_facts(const Document& object) {
  const Document& metadata = child_of(object, "metadata");
  ObjectFacts::Pairs annotations;
  for (const auto& pair : text_members(child_of(metadata, "annotations"))) {
    // The whole object once more, values of a Secret among it.
    if (pair.first != "kubectl.kubernetes.io/last-applied-configuration") {
      annotations.push_back(pair);
    }
  }
  return ObjectFacts{{.name = text_of(metadata, "name"),
                      .namespace_name = text_of(metadata, "namespace"),
                      .uid = text_of(metadata, "uid"),
                      .resource_version = text_of(metadata, "resourceVersion"),
                      .created = text_of(metadata, "creationTimestamp")},
                     text_members(child_of(metadata, "labels")),
                     annotations};
}

SealedSecretFacts sealed_secret_facts(const Document& object) {
  SealedSecretFacts facts;
  facts.object = object_facts(object);
  const Document& spec = child_of(object, "spec");
  if (const DocumentObject* sealed = child_of(spec, "encryptedData").if_object()) {
    for (const DocumentMember& member : *sealed) facts.keys.push_back(member.name);
  }
  const auto has = [&facts](std::string_view annotation) {
    return facts.object.annotation(annotation) == "true";
  };
  facts.scope = has("sealedsecrets.bitnami.com/cluster-wide")     ? "cluster-wide"
                : has("sealedsecrets.bitnami.com/namespace-wide") ? "namespace-wide"
                                                                  : "strict";
  facts.secret_type = copied(child_of(spec, "template"), "type");
  const Document& synced = condition_of(object, "Synced");
  facts.synced = copied(synced, "status");
  facts.message = copied(synced, "message");
  return facts;
}

namespace {

Delivery named_delivery(Delivery::Tool tool, const Document& object) {
  Delivery delivery;
  delivery.tool = tool;
  delivery.name = copied(child_of(object, "metadata"), "name");
  delivery.namespace_name = copied(child_of(object, "metadata"), "namespace");
  delivery.resource_version = copied(child_of(object, "metadata"), "resourceVersion");
  return delivery;
}

/// "main@sha1:4f0c..." and "main/4f0c..." (Flux, new and old) name the commit last.
std::string commit_of(std::string_view revision) {
  const std::size_t at = revision.find_last_of(":/");
  return std::string{at == std::string_view::npos ? revision : revision.substr(at + 1)};
}

/// Flux' inventory names objects "namespace_name_group_Kind".
Delivery::Resource inventory_entry(std::string_view id) {
  std::array<std::string_view, 4> parts;
  // From behind, since names of groups and kinds have no underscore.
  std::size_t end = id.size();
  for (std::size_t i = parts.size(); i-- > 1;) {
    const std::size_t at = end == 0 ? std::string_view::npos : id.rfind('_', end - 1);
    if (at == std::string_view::npos) return {};
    parts[i] = id.substr(at + 1, end - at - 1);
    end = at;
  }
  parts[0] = id.substr(0, end);
  return {.kind = std::string{parts[3]},
          .namespace_name = std::string{parts[0]},
          .name = std::string{parts[1]}};
}

}  // namespace

Delivery argo_delivery(const Document& application) {
  Delivery delivery = named_delivery(Delivery::Tool::argo_cd, application);
  const Document& status = child_of(application, "status");
  delivery.sync = copied(child_of(status, "sync"), "status");
  delivery.revision = copied(child_of(status, "sync"), "revision");
  delivery.health = copied(child_of(status, "health"), "status");
  delivery.phase = copied(child_of(status, "operationState"), "phase");
  delivery.message = copied(child_of(status, "operationState"), "message");
  delivery.repository = copied(child_of(child_of(application, "spec"), "source"), "repoURL");
  if (const DocumentArray* resources = child_of(status, "resources").if_array()) {
    for (const Document& one : *resources) {
      delivery.resources.push_back({.kind = copied(one, "kind"),
                                    .namespace_name = copied(one, "namespace"),
                                    .name = copied(one, "name"),
                                    .sync = copied(one, "status"),
                                    .health = copied(child_of(one, "health"), "status")});
    }
  }
  return delivery;
}

Delivery flux_delivery(const Document& kustomization) {
  Delivery delivery = named_delivery(Delivery::Tool::flux, kustomization);
  const Document& status = child_of(kustomization, "status");
  delivery.revision = commit_of(text_of(status, "lastAppliedRevision"));
  const Document& ready = condition_of(kustomization, "Ready");
  const std::string_view word = text_of(ready, "status");
  delivery.sync = word == "True" ? "Synced" : word == "False" ? "OutOfSync" : "Unknown";
  delivery.health = word == "True" ? "Healthy" : word == "False" ? "Degraded" : "Progressing";
  delivery.message = copied(ready, "message");
  if (const DocumentArray* entries =
          child_of(child_of(status, "inventory"), "entries").if_array()) {
    for (const Document& one : *entries) {
      delivery.resources.push_back(inventory_entry(text_of(one, "id")));
    }
  }
  return delivery;
}

}  // namespace mainstay::clusters
