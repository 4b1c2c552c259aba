#pragma once

#include <cstddef>
#include <string_view>

#include "apps/clusters/fundamental.hpp"
#include "base/result.hpp"

namespace mainstay::clusters {

// Names as Kubernetes admits them (apimachinery, util/validation): the only way from text to a name
// that becomes part of a path or an object. Refusals are Errc::field_invalid and say which field.

inline constexpr std::size_t label_bytes_max = 63;
inline constexpr std::size_t subdomain_bytes_max = 253;

/// RFC 1123 label: [a-z0-9]([-a-z0-9]*[a-z0-9])?, up to 63 bytes.
bool is_dns_label(std::string_view text);
/// RFC 1123 subdomain: labels (here of any length) between dots, up to 253 bytes.
bool is_dns_subdomain(std::string_view text);
/// Of a Secret's data: [-._a-zA-Z0-9]+, up to 253 bytes, neither "." nor "..*".
bool is_secret_key(std::string_view text);
/// Of labels and annotations: [subdomain/]name, the name up to 63 of [-._a-zA-Z0-9], its ends
/// alphanumeric.
bool is_qualified_name(std::string_view text);
/// Empty, or as the name of a qualified one.
bool is_label_value(std::string_view text);
/// "m5.large", "Standard_D2s_v3": [-._a-zA-Z0-9]+, up to 64 bytes, its ends alphanumeric.
bool is_instance_type_name(std::string_view text);

Result<NodeGroupName> parse_node_group_name(std::string_view text);
Result<SecretName> parse_secret_name(std::string_view text);
/// Empty is refused too: the caller puts the default one in before.
Result<NamespaceName> parse_namespace(std::string_view text);
Result<InstanceTypeName> parse_instance_type_name(std::string_view text);

}  // namespace mainstay::clusters
