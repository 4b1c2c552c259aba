#include "apps/clusters/domain/names.hpp"

#include <algorithm>
#include <string>

#include "apps/clusters/errc.hpp"
#include "base/text.hpp"

namespace mainstay::clusters {
namespace {

constexpr std::size_t instance_type_bytes_max = 64;

bool is_lower_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_alphanumeric(char c) { return is_lower_alphanumeric(c) || (c >= 'A' && c <= 'Z'); }

bool is_key_character(char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; }

bool is_label_of_any_length(std::string_view text) {
  return !text.empty() && is_lower_alphanumeric(text.front()) &&
         is_lower_alphanumeric(text.back()) &&
         std::ranges::all_of(text, [](char c) { return is_lower_alphanumeric(c) || c == '-'; });
}

/// Of [-._a-zA-Z0-9], with alphanumeric ends.
bool is_plain_name(std::string_view text, std::size_t bytes_max) {
  return !text.empty() && text.size() <= bytes_max && is_alphanumeric(text.front()) &&
         is_alphanumeric(text.back()) && std::ranges::all_of(text, is_key_character);
}

/// What came, cut, so that an answer is not as long as its client pleases.
Error name_refused(std::string_view field, std::string_view text, std::string_view rule) {
  constexpr std::size_t shown_max = 80;
  std::string detail{field};
  detail.append(" is not ").append(rule).append(": \"");
  detail.append(repaired_utf8(text.substr(0, shown_max)));
  return {Errc::field_invalid, detail.append(text.size() > shown_max ? "...\"" : "\"")};
}

constexpr std::string_view subdomain_rule =
    "1 to 253 of a-z, 0-9, '-' and '.', each part begun and ended by a letter or digit";
constexpr std::string_view label_rule =
    "1 to 63 of a-z, 0-9 and '-', begun and ended by a letter or digit";

}  // namespace

bool is_dns_label(std::string_view text) {
  return text.size() <= label_bytes_max && is_label_of_any_length(text);
}

bool is_dns_subdomain(std::string_view text) {
  return text.size() <= subdomain_bytes_max &&
         std::ranges::all_of(split(text, '.'), is_label_of_any_length);
}

bool is_secret_key(std::string_view text) {
  return !text.empty() && text.size() <= subdomain_bytes_max && text != "." &&
         !text.starts_with("..") && std::ranges::all_of(text, is_key_character);
}

bool is_qualified_name(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return is_plain_name(text, label_bytes_max);
  return is_dns_subdomain(text.substr(0, slash)) &&
         is_plain_name(text.substr(slash + 1), label_bytes_max);
}

bool is_label_value(std::string_view text) {
  return text.empty() || is_plain_name(text, label_bytes_max);
}

bool is_instance_type_name(std::string_view text) {
  return is_plain_name(text, instance_type_bytes_max);
}

Result<NodeGroupName> parse_node_group_name(std::string_view text) {
  if (!is_dns_subdomain(text)) return name_refused("name", text, subdomain_rule);
  return NodeGroupName{std::string{text}};
}

Result<SecretName> parse_secret_name(std::string_view text) {
  if (!is_dns_subdomain(text)) return name_refused("name", text, subdomain_rule);
  return SecretName{std::string{text}};
}

Result<NamespaceName> parse_namespace(std::string_view text) {
  if (!is_dns_label(text)) return name_refused("namespace", text, label_rule);
  return NamespaceName{std::string{text}};
}

Result<InstanceTypeName> parse_instance_type_name(std::string_view text) {
  if (!is_instance_type_name(text)) {
    return name_refused("instance type", text, "1 to 64 of letters, digits, '.', '-' and '_'");
  }
  return InstanceTypeName{std::string{text}};
}

}  // namespace mainstay::clusters
