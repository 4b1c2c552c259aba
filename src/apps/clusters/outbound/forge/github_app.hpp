#pragma once

#include <mutex>
#include <string>

#include "apps/clusters/outbound/forge/rest_forges.hpp"
#include "base/clock.hpp"

namespace mainstay::clusters {

struct GithubAppOptions {
  std::string api;           // as of RestForgeOptions
  std::string app;           // its id
  std::string installation;  // the id of its installation at the organization
  std::string private_key;   // RSA, PEM, as GitHub gives it out
};

/// Tokens of a GitHub App's installation: good for an hour, for what the installation may and
/// nothing else. Kept in memory, and made anew before they end. Any thread that may block.
class GithubApp {
 public:
  GithubApp(GithubAppOptions options, ForgeSend send, const Clock& clock)
      : options_(std::move(options)), send_(std::move(send)), clock_(clock) {}

  /// Errc::forge_unavailable, Errc::forge_refused.
  Result<std::string> token();

 private:
  Result<std::string> made();

  const GithubAppOptions options_;
  const ForgeSend send_;
  const Clock& clock_;
  std::mutex mutex_;
  std::string token_;
  SystemTime good_until_{};
};

}  // namespace mainstay::clusters
