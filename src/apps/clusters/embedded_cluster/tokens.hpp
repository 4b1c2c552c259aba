#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/document.hpp"

namespace mainstay::clusters::embedded {

/// Who calls.
struct Caller {
  std::string user;
  std::vector<std::string> verbs = {};  // empty: all

  [[nodiscard]] bool may(std::string_view verb) const;
};

/// Bearer tokens: the one of the kubeconfig, which may do all, and those of Secrets of the type
/// kubernetes.io/service-account-token, until they are deleted. Such a Secret's annotation
/// `mainstay/verbs` ("get,list,watch") says what its token is good for; without it, all.
class Tokens {
 public:
  static constexpr std::string_view secret_type = "kubernetes.io/service-account-token";

  explicit Tokens(std::string admin) : admin_(std::move(admin)) {}

  /// `authorization`: the header. Null: nobody.
  [[nodiscard]] const Caller* find(std::string_view authorization) const;

  /// A Secret was written, or is gone (null).
  void note(const std::string& key, const Document* secret);
  [[nodiscard]] const std::string& admin() const { return admin_; }

 private:
  struct Entry {
    std::string token;
    Caller caller;
  };

  std::string admin_;
  Caller admin_caller_{"mainstay-admin"};
  std::map<std::string, Entry> of_secrets_;  // by the Secret's key
};

/// What a new Secret of that type lacks: its token, 32 hexadecimal digits of `random`.
void add_token(Document& secret, const std::string& random);

}  // namespace mainstay::clusters::embedded
