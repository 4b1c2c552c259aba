#include "platform/http/masking.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace mainstay::http {
namespace {

constexpr std::array<std::string_view, 11> credential_names{
    "provider_key", "service_token", "user_key", "app_key",       "access_token", "token",
    "api_key",      "password",      "secret",   "client_secret", "signature"};

/// The innermost name of `transactions[0][user_key]`.
std::string_view innermost(std::string_view name) {
  while (name.ends_with(']')) name.remove_suffix(1);
  const std::size_t open = name.find_last_of("[]");
  return open == std::string_view::npos ? name : name.substr(open + 1);
}

void append_pair(std::string& out, std::string_view pair) {
  const std::size_t equals = pair.find('=');
  if (equals == std::string_view::npos) {
    out.append(pair);
    return;
  }
  const auto name = percent_decode(pair.substr(0, equals), Plus::blank);
  out.append(pair.substr(0, equals + 1));
  const std::string_view value = pair.substr(equals + 1);
  // A name that cannot be decoded might be anything: hide its value.
  const bool hide = !name || is_credential(trimmed(innermost(*name)));
  out.append(hide ? masked(value) : std::string{value});
}

}  // namespace

bool is_credential(std::string_view name) {
  return std::ranges::any_of(credential_names, [&](std::string_view credential) {
    return equals_ignoring_case(name, credential);
  });
}

std::string masked_path(std::string_view path) {
  constexpr std::array<std::string_view, 4> holders{"key", "keys", "service_tokens",
                                                    "change_provider_key"};
  std::string out;
  std::string before;  // decoded, as the router compares
  for (const std::string_view segment : split(path, '/')) {
    if (segment.data() != path.data()) out.push_back('/');
    const bool hide = !segment.empty() && std::ranges::find(holders, before) != holders.end();
    out.append(hide ? masked(segment) : std::string{segment});
    before = percent_decode(segment, Plus::literal).value_or("");
  }
  return out;
}

std::string masked_query(std::string_view query) {
  std::string out;
  out.reserve(query.size());
  bool first = true;
  for (const std::string_view pair : split(query, '&')) {
    if (!first) out.push_back('&');
    first = false;
    append_pair(out, pair);
  }
  return out;
}

}  // namespace mainstay::http
