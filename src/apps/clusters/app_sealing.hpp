#pragma once

#include <memory>

#include "base/result.hpp"
#include "platform/core/platform.hpp"
#include "platform/http/router.hpp"

namespace mainstay::clusters {

class KubeApp;
class SealingCertificates;
class SecretsDesk;

/// Sealed secrets: certificates, sealing, templates. Life as App's.
class SealingApp {
 public:
  SealingApp(Platform& platform, KubeApp& kube);
  ~SealingApp();

  [[nodiscard]] const SecretsDesk& secrets() const;
  [[nodiscard]] const SealingCertificates& certificates() const;

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
