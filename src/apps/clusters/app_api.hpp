#pragma once

#include <memory>

#include "base/result.hpp"
#include "platform/core/platform.hpp"
#include "platform/http/router.hpp"

namespace mainstay::clusters {

class ChangesApp;
class KubeApp;
class PricesApp;
class SealingApp;

/// The routes under /api, probes and the page, over what the other parts do. Life as App's.
class ApiApp {
 public:
  ApiApp(Platform& platform, KubeApp& kube, SealingApp& sealing, PricesApp& prices,
         ChangesApp& changes);
  ~ApiApp();

  Result<> start();
  void register_routes(http::Router& router);
  /// Of a listener of our own.
  void register_own_probes(http::Router& router);
  /// The web server serves, and what stands before this in app.cpp has run.
  Result<> run();
  void drain();
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::clusters
