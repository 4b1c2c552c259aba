#include "apps/clusters/drift_desk.hpp"

#include <string_view>
#include <utility>

#include "apps/clusters/codec/yaml.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/ports/cluster_reader.hpp"
#include "apps/clusters/ports/repository.hpp"

namespace mainstay::clusters {
namespace {

/// Where changes put manifests, and the source did.
constexpr std::string_view manifests_folder = "infrastructure/_catalog/templates";

/// "GROUP/VERSION" is of any version of the kind's group: the cluster converts between them.
const NodeGroupKind* manifest_kind(const std::vector<NodeGroupKind>& kinds,
                                   const Document& object) {
  const std::string* version = object.find_string("apiVersion");
  const std::string* name = object.find_string("kind");
  if (version == nullptr || name == nullptr) return nullptr;
  const std::string_view group = std::string_view{*version}.substr(0, version->find('/'));
  for (const NodeGroupKind& kind : kinds) {
    if (kind.kind == *name && kind.group == group) return &kind;
  }
  return nullptr;
}

}  // namespace

void DriftDesk::read_file(const std::string& path, const std::string& content,
                          std::vector<NodeGroup>& groups, DriftReport& report) const {
  if (!path.ends_with(".yaml") && !path.ends_with(".yml") && !path.ends_with(".json")) return;
  const auto documents = yaml::parse(content);
  if (documents.has_error()) {
    report.unreadable.push_back(path + ": " + documents.error().message());
    return;
  }
  for (const Document& object : *documents) {
    const NodeGroupKind* kind = manifest_kind(parts_.kinds, object);
    if (kind == nullptr) continue;
    NodeGroup group = read_node_group(*kind, object);
    if (kind->namespaced && group.namespace_name.empty()) {
      group.namespace_name = parts_.default_namespace;
    }
    groups.push_back(std::move(group));
  }
}

Result<DriftReport> DriftDesk::look() {
  const auto view = parts_.cluster.node_groups();
  if (!view->synced()) return Errc::not_ready;
  MS_TRY(const RepositoryView repository, parts_.repository.read(manifests_folder));
  DriftReport report;
  report.commit = repository.commit;
  std::vector<NodeGroup> wanted;
  for (const RepositoryFile& file : repository.files) {
    read_file(file.path, file.content, wanted, report);
  }
  std::vector<NodeGroup> there;
  view->for_each([&there](const NodeGroup& group) { there.push_back(group); });
  report.in_repository = wanted.size();
  report.in_cluster = there.size();
  report.drift = find_drift(wanted, there);
  return report;
}

}  // namespace mainstay::clusters
