#include "apps/clusters/embedded_cluster/discovery.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "apps/clusters/embedded_cluster/tree.hpp"

namespace mainstay::clusters::embedded {

namespace {

DocumentArray texts(const std::vector<std::string>& list) {
  DocumentArray out;
  for (const std::string& one : list) out.emplace_back(one);
  return out;
}

const std::vector<std::string> status_verbs{"get", "patch", "update"};

/// In the order of types: the first version of a group is the one it prefers.
std::vector<std::string> versions_of(const ResourceTypes& types, std::string_view group) {
  std::vector<std::string> out;
  for (const ResourceType& type : types.all()) {
    if (type.group == group && std::ranges::find(out, type.version) == out.end()) {
      out.push_back(type.version);
    }
  }
  return out;
}

std::vector<std::string> groups_of(const ResourceTypes& types) {
  std::vector<std::string> out;
  for (const ResourceType& type : types.all()) {
    if (std::ranges::find(out, type.group) == out.end()) out.push_back(type.group);
  }
  return out;
}

Document group_document(const std::string& group, const std::vector<std::string>& versions) {
  DocumentArray list;
  for (const std::string& version : versions) {
    list.emplace_back(
        DocumentObject{{"groupVersion", group + '/' + version}, {"version", version}});
  }
  const Document preferred = list.front();
  return DocumentObject{
      {"name", group}, {"versions", std::move(list)}, {"preferredVersion", preferred}};
}

DocumentObject resource_document(const ResourceType& type) {
  DocumentObject out{{"name", type.plural},
                     {"singularName", type.singular},
                     {"namespaced", type.namespaced},
                     {"kind", type.kind},
                     {"verbs", texts(type.verbs())}};
  if (!type.short_names.empty()) out.push_back({"shortNames", texts(type.short_names)});
  if (!type.categories.empty()) out.push_back({"categories", texts(type.categories)});
  return out;
}

Document discovered(const ResourceType& type) {
  const Document kind =
      DocumentObject{{"group", type.group}, {"version", type.version}, {"kind", type.kind}};
  DocumentObject out{{"resource", type.plural},
                     {"responseKind", kind},
                     {"scope", type.namespaced ? "Namespaced" : "Cluster"},
                     {"singularResource", type.singular},
                     {"verbs", texts(type.verbs())}};
  if (!type.short_names.empty()) out.push_back({"shortNames", texts(type.short_names)});
  if (!type.categories.empty()) out.push_back({"categories", texts(type.categories)});
  if (type.has_status) {
    out.push_back({"subresources", DocumentArray{DocumentObject{{"subresource", "status"},
                                                                {"responseKind", kind},
                                                                {"verbs", texts(status_verbs)}}}});
  }
  return out;
}

}  // namespace

Document api_versions() {
  return DocumentObject{{"kind", "APIVersions"},
                        {"versions", DocumentArray{"v1"}},
                        {"serverAddressByClientCIDRs", DocumentArray{}}};
}

Document api_group_list(const ResourceTypes& types) {
  DocumentArray groups;
  for (const std::string& group : groups_of(types)) {
    if (!group.empty()) groups.push_back(group_document(group, versions_of(types, group)));
  }
  return DocumentObject{
      {"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(groups)}};
}

std::optional<Document> api_group(const ResourceTypes& types, std::string_view group) {
  const auto versions = versions_of(types, group);
  if (group.empty() || versions.empty()) return std::nullopt;
  Document out = group_document(std::string{group}, versions);
  set_member(out, "kind", "APIGroup");
  set_member(out, "apiVersion", "v1");
  return out;
}

std::optional<Document> api_resource_list(const ResourceTypes& types, std::string_view group,
                                          std::string_view version) {
  DocumentArray resources;
  std::string api_version;
  for (const ResourceType& type : types.all()) {
    if (type.group != group || type.version != version) continue;
    api_version = type.api_version();
    resources.emplace_back(resource_document(type));
    if (!type.has_status) continue;
    resources.emplace_back(DocumentObject{{"name", type.plural + "/status"},
                                          {"singularName", ""},
                                          {"namespaced", type.namespaced},
                                          {"kind", type.kind},
                                          {"verbs", texts(status_verbs)}});
  }
  if (resources.empty()) return std::nullopt;
  return DocumentObject{{"kind", "APIResourceList"},
                        {"apiVersion", "v1"},
                        {"groupVersion", api_version},
                        {"resources", std::move(resources)}};
}

Document aggregated_discovery(const ResourceTypes& types, Groups which,
                              std::string_view api_version) {
  DocumentArray items;
  for (const std::string& group : groups_of(types)) {
    if (group.empty() != (which == Groups::core)) continue;
    DocumentArray versions;
    for (const std::string& version : versions_of(types, group)) {
      DocumentArray resources;
      for (const ResourceType& type : types.all()) {
        if (type.group == group && type.version == version) resources.push_back(discovered(type));
      }
      versions.emplace_back(DocumentObject{
          {"version", version}, {"resources", std::move(resources)}, {"freshness", "Current"}});
    }
    items.emplace_back(DocumentObject{
        {"metadata", DocumentObject{{"name", group}, {"creationTimestamp", nullptr}}},
        {"versions", std::move(versions)}});
  }
  return DocumentObject{{"kind", "APIGroupDiscoveryList"},
                        {"apiVersion", api_version},
                        {"metadata", DocumentObject{}},
                        {"items", std::move(items)}};
}

}  // namespace mainstay::clusters::embedded
