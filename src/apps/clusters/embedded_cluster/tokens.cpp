#include "apps/clusters/embedded_cluster/tokens.hpp"

#include <algorithm>

#include "apps/clusters/embedded_cluster/tree.hpp"
#include "base/text.hpp"

namespace mainstay::clusters::embedded {

bool Caller::may(std::string_view verb) const {
  return verbs.empty() || std::ranges::find(verbs, verb) != verbs.end();
}

const Caller* Tokens::find(std::string_view authorization) const {
  constexpr std::string_view scheme = "Bearer ";
  if (authorization.size() <= scheme.size() ||
      !equals_ignoring_case(authorization.substr(0, scheme.size()), scheme)) {
    return nullptr;
  }
  const std::string_view token = trimmed(authorization.substr(scheme.size()));
  if (equals_in_constant_time(token, admin_)) return &admin_caller_;
  for (const auto& [key, entry] : of_secrets_) {
    if (equals_in_constant_time(token, entry.token)) return &entry.caller;
  }
  return nullptr;
}

void Tokens::note(const std::string& key, const Document* secret) {
  of_secrets_.erase(key);
  if (secret == nullptr || text_of(*secret, {"type"}) != secret_type) return;
  const auto token = base64_decode(text_of(*secret, {"data", "token"}));
  if (!token || token->empty()) return;
  Entry entry{*token, {}};
  const std::string& account =
      text_of(*secret, {"metadata", "annotations", "kubernetes.io/service-account.name"});
  entry.caller.user =
      "system:serviceaccount:" + text_of(*secret, {"metadata", "namespace"}) + ':' + account;
  const std::string& verbs = text_of(*secret, {"metadata", "annotations", "mainstay/verbs"});
  if (!verbs.empty()) {
    for (const std::string_view verb : split(verbs, ',')) {
      entry.caller.verbs.emplace_back(trimmed(verb));
    }
  }
  of_secrets_.emplace(key, std::move(entry));
}

void add_token(Document& secret, const std::string& random) {
  if (text_of(secret, {"type"}) != Tokens::secret_type) return;
  if (!text_of(secret, {"data", "token"}).empty()) return;
  if (!text_of(secret, {"stringData", "token"}).empty()) return;
  set_member(member_of(secret, "data"), "token", base64_encode(random));
}

}  // namespace mainstay::clusters::embedded
