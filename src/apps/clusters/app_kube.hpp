#pragma once

#include <memory>

#include "base/result.hpp"
#include "platform/core/platform.hpp"
#include "platform/http/router.hpp"

namespace mainstay::clusters {

class ClusterApp;
class ClusterReader;
class ClusterWriter;

/// Reads of the cluster (client, reflectors, snapshots) and its dry runs. Life as App's.
class KubeApp {
 public:
  KubeApp(Platform& platform, const ClusterApp& embedded);
  ~KubeApp();

  /// Null where no cluster is configured. Valid behind start().
  [[nodiscard]] ClusterReader* reader();
  [[nodiscard]] ClusterWriter* writer();

  Result<> start();
  void register_routes(http::Router& router);
  /// The web server serves, and what stands before this in app.cpp has run.
  Result<> run();
  void drain();
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::clusters
