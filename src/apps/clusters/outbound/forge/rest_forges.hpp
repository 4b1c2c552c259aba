#pragma once

#include <functional>
#include <memory>
#include <string>

#include "apps/clusters/ports/forge.hpp"
#include "platform/http/client.hpp"

namespace mainstay::clusters {

struct RestForgeOptions {
  std::string api;         // "https://api.github.com", "https://gitlab.com/api/v4",
                           // "https://gitea.example.com/api/v1"; without a slash behind it
  std::string owner;       // user or organization; of GitLab the group's whole path
  std::string repository;  // its name
  std::function<Result<std::string>()> token;  // asked for before each call: some end after an hour
};

/// Sends one request and waits for its answer.
using ForgeSend = std::function<Result<http::ClientResponse>(http::ClientRequest)>;

// The REST interfaces, from their documented requests and answers: docs.github.com/rest/pulls
// (2022-11-28), docs.gitlab.com/api/merge_requests (v4), Gitea's and Forgejo's /api/swagger (v1).
// Thread: any that may block.
std::unique_ptr<Forge> make_github_forge(RestForgeOptions options, ForgeSend send);
std::unique_ptr<Forge> make_gitlab_forge(RestForgeOptions options, ForgeSend send);
std::unique_ptr<Forge> make_gitea_forge(RestForgeOptions options, ForgeSend send);

}  // namespace mainstay::clusters
