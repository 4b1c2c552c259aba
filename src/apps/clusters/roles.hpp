#pragma once

#include <string_view>

namespace mainstay::clusters {

// Roles of users (platform/auth), and of their tokens, in the platform API. None includes another.
inline constexpr std::string_view reader_role = "clusters_reader";    // reads
inline constexpr std::string_view author_role = "clusters_author";    // proposes changes
inline constexpr std::string_view secrets_role = "clusters_secrets";  // seals, proposes secrets
inline constexpr std::string_view direct_role = "clusters_direct";    // skip_pull_request
inline constexpr std::string_view scopes_role = "clusters_scopes";    // wider scopes than strict
inline constexpr std::string_view merge_role = "clusters_merge";  // merges in the embedded forge
inline constexpr std::string_view audit_role = "clusters_audit";  // exports the audit log

}  // namespace mainstay::clusters
