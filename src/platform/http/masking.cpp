#include "platform/http/masking.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace mainstay::http {
namespace {

constexpr std::array<std::string_view, 12> credential_names{
    "provider_key", "service_token", "user_key", "app_key",       "access_token", "token",
    "api_key",      "password",      "secret",   "client_secret", "signature",    "listenKey"};

/// 256 random bits, as our own tokens and keys are written.
bool looks_secret(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// `transactions[0][user_key]`, `user_key[]`, `user_key[=`: any of the names in it.
bool names_credential(std::string_view name) {
  while (!name.empty()) {
    const std::size_t end = name.find_first_of("[]");
    if (is_credential(trimmed(name.substr(0, end)))) return true;
    if (end == std::string_view::npos) break;
    name.remove_prefix(end + 1);
  }
  return false;
}

/// `http://user:password@host`.
bool holds_user(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return false;
  url.remove_prefix(scheme + 3);
  return url.substr(0, url.find_first_of("/?#")).find('@') != std::string_view::npos;
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
  // What cannot be decoded might be anything: it is hidden.
  const auto plain = percent_decode(value, Plus::blank);
  if (plain && holds_user(*plain)) {
    out.append("***");
    return;
  }
  const bool hide = !name || names_credential(*name) ||
                    std::ranges::any_of(split(plain.value_or(""), '/'), looks_secret);
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
    const bool held = !segment.empty() && std::ranges::find(holders, before) != holders.end();
    const bool hide = held || looks_secret(percent_decode(segment, Plus::literal).value_or(""));
    out.append(hide ? masked(segment) : std::string{segment});
    before = percent_decode(segment, Plus::literal).value_or("");
  }
  return out;
}

std::string masked_query(std::string_view query) {
  std::string out;
  out.reserve(query.size());
  for (;;) {
    // Some take a semicolon for a separator too.
    const std::size_t end = query.find_first_of("&;");
    append_pair(out, query.substr(0, end));
    if (end == std::string_view::npos) return out;
    out.push_back(query[end]);
    query.remove_prefix(end + 1);
  }
}

}  // namespace mainstay::http
