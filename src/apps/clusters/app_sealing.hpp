#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "platform/core/platform.hpp"
#include "platform/http/router.hpp"

namespace mainstay::settings {
class Settings;
}

namespace mainstay::clusters {

class KubeApp;
class ManifestTemplates;
class SealedDesk;
class SealingCertificates;
class SecretsDesk;

/// Sealed secrets: certificates, sealing, templates. Life as App's.
class SealingApp {
 public:
  SealingApp(Platform& platform, KubeApp& kube);
  ~SealingApp();

  // Valid behind start().
  [[nodiscard]] const SecretsDesk& secrets() const;
  [[nodiscard]] SealedDesk& sealed();
  [[nodiscard]] const SealingCertificates& certificates() const;
  [[nodiscard]] const ManifestTemplates& templates() const;

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

/// For commands: the PEM text of a certificate that lies in a file or at an https address. Blocks.
Result<std::string> fetch_certificate(const std::string& place, const settings::Settings& settings);

}  // namespace mainstay::clusters
