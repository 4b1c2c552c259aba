#include "apps/clusters/kind_manifests.hpp"

#include <algorithm>
#include <utility>

#include "apps/clusters/domain/group_cost.hpp"
#include "apps/clusters/errc.hpp"

namespace mainstay::clusters {
namespace {

DocumentArray text_array(const std::vector<std::string>& texts) {
  DocumentArray all;
  for (const std::string& text : texts) all.emplace_back(text);
  return all;
}

}  // namespace

KindManifests::KindManifests(std::vector<NodeGroupKind> kinds, const ManifestTemplates& templates)
    : kinds_(std::move(kinds)), templates_(templates) {}

std::vector<std::string> KindManifests::kinds() const {
  std::vector<std::string> names;
  for (const NodeGroupKind& kind : kinds_) names.push_back(kind.name);
  return names;
}

const NodeGroupKind* KindManifests::find(std::string_view name) const {
  if (name.empty()) return kinds_.empty() ? nullptr : &kinds_.front();
  const auto found = std::ranges::find(kinds_, name, &NodeGroupKind::name);
  return found == kinds_.end() ? nullptr : &*found;
}

Result<Document> KindManifests::write(const NodeGroup& group, const Document* existing) const {
  const NodeGroupKind* kind = find(group.kind);
  if (kind == nullptr) {
    return Error{Errc::field_invalid, "kind: none is configured as " + group.kind};
  }
  if (existing != nullptr) {
    Document object = *existing;
    write_node_group(*kind, group, object);
    return object;
  }
  const DocumentTemplate* shape = templates_.find(kind->name);
  if (shape == nullptr) return new_node_group(*kind, group);
  MS_TRY(RenderedManifest rendered,
         render_manifest(*shape, template_values(group),
                         IntendedObject{kind->api_version(), kind->kind, group.name}));
  return std::move(rendered.object);
}

Result<NodeGroup> KindManifests::read(std::string_view kind, const Document& manifest) const {
  const NodeGroupKind* of = find(kind);
  if (of == nullptr) return Error{Errc::document_invalid, "no kind of node groups is called so"};
  NodeGroup group = read_node_group(*of, manifest);
  if (group.name.empty()) return Error{Errc::document_invalid, "it has no metadata.name"};
  return group;
}

Document template_values(const NodeGroup& group) {
  DocumentObject values{{"NAME", group.name}};
  const auto text = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) values.push_back({std::string{name}, value});
  };
  const auto size = [&](std::string_view name, const std::optional<std::int64_t>& value) {
    if (value) values.push_back({std::string{name}, *value});
  };
  text("NAMESPACE", group.namespace_name);
  size("MIN_SIZE", group.sizes.min);
  size("MAX_SIZE", group.sizes.max);
  size("TARGET_SIZE", group.sizes.target);
  text("DEFAULT_INSTANCE_TYPE", group.default_instance_type);
  if (!group.alternates.empty()) {
    text("ALTERNATE_INSTANCE_TYPE", group.alternates.front());
    values.push_back({"ALTERNATE_INSTANCE_TYPES", text_array(group.alternates)});
  }
  text("EPHEMERAL_STORAGE", group.ephemeral_storage);
  if (group.capacity != CapacityType::unknown) text("CAPACITY_TYPE", to_text(group.capacity));
  if (!group.zones.empty()) values.push_back({"ZONES", text_array(group.zones)});
  if (!group.labels.empty()) {
    DocumentObject labels;
    for (const auto& [key, value] : group.labels) labels.push_back({key, value});
    values.push_back({"LABELS", std::move(labels)});
  }
  if (!group.taints.empty()) {
    DocumentArray taints;
    for (const Taint& taint : group.taints) {
      taints.emplace_back(DocumentObject{
          {"key", taint.key}, {"value", taint.value}, {"effect", to_text(taint.effect)}});
    }
    values.push_back({"TAINTS", std::move(taints)});
  }
  text("TEAM", facts_of(group).team);
  return Document{std::move(values)};
}

}  // namespace mainstay::clusters
