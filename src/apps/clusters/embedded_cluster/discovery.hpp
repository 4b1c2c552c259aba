#pragma once

#include <optional>
#include <string_view>

#include "apps/clusters/embedded_cluster/resource_type.hpp"
#include "base/document.hpp"

// What clients ask first: which groups, versions and resources there are.
namespace mainstay::clusters::embedded {

/// Of /api.
Document api_versions();
/// Of /apis.
Document api_group_list(const ResourceTypes& types);
/// Of /apis/GROUP; nothing when there is no such group.
std::optional<Document> api_group(const ResourceTypes& types, std::string_view group);
/// Of /api/v1 and /apis/GROUP/VERSION; nothing when there is no such version.
std::optional<Document> api_resource_list(const ResourceTypes& types, std::string_view group,
                                          std::string_view version);

/// All at once (apidiscovery.k8s.io/v2, or v2beta1, which has the same shape): of the core group,
/// or of all others.
enum class Groups { core, named };
Document aggregated_discovery(const ResourceTypes& types, Groups which,
                              std::string_view api_version);

}  // namespace mainstay::clusters::embedded
