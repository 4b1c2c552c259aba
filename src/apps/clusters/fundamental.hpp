#pragma once

#include <cstdint>
#include <string>

#include "base/strong.hpp"

namespace mainstay::clusters {

// The names of the field. Those that lead to paths or objects are checked before they are made:
// domain/names.hpp.
using NodeGroupName = Strong<struct NodeGroupNameTag, std::string>;        // RFC 1123 subdomain
using SecretName = Strong<struct SecretNameTag, std::string>;              // RFC 1123 subdomain
using NamespaceName = Strong<struct NamespaceNameTag, std::string>;        // RFC 1123 label
using InstanceTypeName = Strong<struct InstanceTypeNameTag, std::string>;  // "m5.large"
/// Of a change that somebody asked for: 16 lower-case hexadecimal digits.
using ChangeId = Strong<struct ChangeIdTag, std::string>;

}  // namespace mainstay::clusters
