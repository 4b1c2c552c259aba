#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "platform/core/platform.hpp"
#include "platform/http/router.hpp"

namespace mainstay::clusters {

/// The embedded cluster: an API server for development and tests on a loopback listener of its own,
/// when it is wanted (settings apps.clusters.embedded_...). Life as App's.
class ClusterApp {
 public:
  explicit ClusterApp(Platform& platform);
  ~ClusterApp();

  /// "https://127.0.0.1:PORT" behind start(); empty: there is none.
  [[nodiscard]] std::string url() const;
  /// How to get in (address, root, token), as kubectl reads it; 0600. Empty: there is none.
  [[nodiscard]] std::string kubeconfig_file() const;

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
