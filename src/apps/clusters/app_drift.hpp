#pragma once

#include <memory>

#include "base/result.hpp"
#include "platform/core/platform.hpp"
#include "platform/http/router.hpp"

namespace mainstay::clusters {

class ChangesApp;
class KubeApp;

/// Drift between the repository and the cluster. Life as App's; behind those that it looks at.
class DriftApp {
 public:
  DriftApp(Platform& platform, KubeApp& kube, ChangesApp& changes);
  ~DriftApp();

  Result<> start();
  /// Without a cluster or a repository there is no such route.
  void register_routes(http::Router& router);
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::clusters
