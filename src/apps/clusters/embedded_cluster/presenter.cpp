#include "apps/clusters/embedded_cluster/presenter.hpp"

#include <utility>

#include "apps/clusters/embedded_cluster/table.hpp"
#include "apps/clusters/embedded_cluster/tree.hpp"
#include "platform/json/json.hpp"

namespace mainstay::clusters::embedded {

namespace {

Document list_metadata(Revision revision, const std::string& continue_token) {
  DocumentObject out{{"resourceVersion", std::to_string(revision)}};
  if (!continue_token.empty()) out.push_back({"continue", continue_token});
  return out;
}

}  // namespace

Presenter::Presenter(ResourceType type, Acceptance acceptance, std::string_view include_object)
    : type_(std::move(type)),
      acceptance_(std::move(acceptance)),
      rows_are_bare_(include_object == "None"),
      rows_are_whole_(include_object == "Object") {}

Document Presenter::table(DocumentArray rows, Document metadata) const {
  return DocumentObject{{"kind", "Table"},
                        {"apiVersion", "meta.k8s.io/" + acceptance_.table_version},
                        {"metadata", std::move(metadata)},
                        {"columnDefinitions", column_definitions(type_)},
                        {"rows", std::move(rows)}};
}

Document Presenter::shaped(const Document& object, SystemTime now) const {
  if (acceptance_.shape == Shape::object) return ClusterState::presented(object, type_);
  if (acceptance_.shape == Shape::metadata) return metadata_alone(object);
  const RowObject carries = rows_are_bare_    ? RowObject::none
                            : rows_are_whole_ ? RowObject::object
                                              : RowObject::metadata;
  return table_row(type_, object, carries, now);
}

void Presenter::append_object(std::string& out, const Document& object, SystemTime now) const {
  Document shape = shaped(object, now);
  if (acceptance_.shape == Shape::table) {
    shape = table(
        DocumentArray{std::move(shape)},
        DocumentObject{{"resourceVersion", text_of(object, {"metadata", "resourceVersion"})}});
  }
  json::append(out, shape);
}

void Presenter::append_list(std::string& out, const VersionedStore::Page& page, Revision revision,
                            const std::string& continue_token, SystemTime now) const {
  const Document metadata = list_metadata(revision, continue_token);
  if (acceptance_.shape == Shape::table) {
    DocumentArray rows;
    for (const auto& [key, object] : page.objects) rows.push_back(shaped(*object, now));
    return json::append(out, table(std::move(rows), metadata));
  }
  // Item by item: as one document a long list would be there twice.
  const bool whole = acceptance_.shape == Shape::object;
  const Document head =
      DocumentObject{{"kind", whole ? type_.list_kind : "PartialObjectMetadataList"},
                     {"apiVersion", whole ? type_.api_version() : "meta.k8s.io/v1"},
                     {"metadata", metadata}};
  json::append(out, head);
  out.back() = ',';
  out.append("\"items\":[");
  for (std::size_t i = 0; i < page.objects.size(); ++i) {
    if (i > 0) out += ',';
    const Document& object = *page.objects[i].second;
    const bool as_is = whole && text_of(object, {"apiVersion"}) == type_.api_version();
    json::append(out, as_is ? object : shaped(object, now));
  }
  out.append("]}");
}

void Presenter::append_event(std::string& out, std::string_view type, const Document& object,
                             Revision revision, SystemTime now) const {
  out.append(R"({"type":")").append(type).append(R"(","object":)");
  if (revision == 0) {
    append_object(out, object, now);
  } else {
    Document told = object;
    set_member(member_of(told, "metadata"), "resourceVersion", std::to_string(revision));
    append_object(out, told, now);
  }
  out.append("}\n");
}

void Presenter::append_bookmark(std::string& out, Revision revision,
                                bool ends_initial_events) const {
  Document metadata{DocumentObject{{"resourceVersion", std::to_string(revision)},
                                   {"creationTimestamp", nullptr}}};
  if (ends_initial_events) {
    set_member(metadata, "annotations", DocumentObject{{"k8s.io/initial-events-end", "true"}});
  }
  Document object;
  if (acceptance_.shape == Shape::table) {
    const Document marked = DocumentObject{{"kind", "PartialObjectMetadata"},
                                           {"apiVersion", "meta.k8s.io/v1"},
                                           {"metadata", metadata}};
    DocumentArray rows;
    if (ends_initial_events) {
      rows.emplace_back(DocumentObject{{"cells", DocumentArray{}}, {"object", marked}});
    }
    object = table(std::move(rows), DocumentObject{{"resourceVersion", std::to_string(revision)}});
  } else {
    const bool whole = acceptance_.shape == Shape::object;
    object = DocumentObject{{"kind", whole ? type_.kind : "PartialObjectMetadata"},
                            {"apiVersion", whole ? type_.api_version() : "meta.k8s.io/v1"},
                            {"metadata", std::move(metadata)}};
  }
  out.append(R"({"type":"BOOKMARK","object":)");
  json::append(out, object);
  out.append("}\n");
}

}  // namespace mainstay::clusters::embedded
