#pragma once

#include <memory>
#include <vector>

#include "apps/clusters/domain/node_group_kinds.hpp"
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
  /// Whether the API server has proved who it is: by its certificate, or by being this machine.
  [[nodiscard]] bool is_verified() const;
  /// Those that are configured, the first for new groups. Behind start(); never empty.
  [[nodiscard]] const std::vector<NodeGroupKind>& node_group_kinds() const;
  /// Errc::not_ready while a cache that requests are answered from has no first list, or has lost
  /// the cluster for too long; the detail names it. Any thread, behind start().
  [[nodiscard]] Result<> ready() const;

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
