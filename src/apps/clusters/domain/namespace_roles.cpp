#include "apps/clusters/domain/namespace_roles.hpp"

#include <algorithm>

#include "apps/clusters/domain/instance_query.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/limits.hpp"
#include "base/text.hpp"

namespace mainstay::clusters {
namespace {

bool is_namespace_pattern(std::string_view text) {
  return !text.empty() && text.size() <= 63 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '*' || c == '?';
  });
}

bool is_role_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  });
}

}  // namespace

Result<NamespaceRoles> NamespaceRoles::parse(std::span<const std::string> lines) {
  NamespaceRoles out;
  if (lines.size() > Limits::namespace_roles_max) {
    return Error{Errc::document_invalid, "apps.clusters.namespace_roles has too many lines"};
  }
  for (const std::string& text : lines) {
    const std::size_t colon = text.find(':');
    Line line;
    line.pattern = trimmed(std::string_view{text}.substr(0, colon));
    if (colon != std::string::npos) {
      for (const std::string_view role : split(std::string_view{text}.substr(colon + 1), ' ')) {
        if (!role.empty()) line.roles.emplace_back(role);
      }
    }
    if (!is_namespace_pattern(line.pattern) || line.roles.empty() ||
        !std::ranges::all_of(line.roles, is_role_name)) {
      return Error{Errc::document_invalid,
                   "apps.clusters.namespace_roles: '" + text.substr(0, 100) +
                       "' is not NAMESPACE: ROLE, as \"shop-*: shop_team\""};
    }
    out.lines_.push_back(std::move(line));
  }
  return out;
}

std::string NamespaceRoles::missing(std::string_view name_space,
                                    std::span<const std::string> roles) const {
  std::string wanted;
  for (const Line& line : lines_) {
    if (!matches_pattern(line.pattern, name_space)) continue;
    for (const std::string& role : line.roles) {
      if (std::ranges::find(roles, role) != roles.end()) return {};
      wanted.append(wanted.empty() ? "" : " or ").append(role);
    }
  }
  return wanted;
}

}  // namespace mainstay::clusters
