#pragma once

#include <memory>

#include "base/result.hpp"
#include "platform/core/platform.hpp"
#include "platform/http/router.hpp"

namespace mainstay::clusters {

class AuditLog;
class ClusterApp;
class KubeApp;
class Proposals;
class Repository;

/// For commands, which have no server.
std::unique_ptr<AuditLog> make_audit_log(store::Store& store, const Clock& clock);

/// Changes as pull requests: what was asked for, stored and carried through git and a forge; the
/// embedded forge; the audit log. Life as App's.
class ChangesApp {
 public:
  ChangesApp(Platform& platform, const ClusterApp& embedded, KubeApp& kube);
  ~ChangesApp();

  /// Valid behind start().
  [[nodiscard]] Proposals* proposals();
  /// Null where no repository is configured.
  [[nodiscard]] Repository* repository();
  [[nodiscard]] AuditLog* audit();

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
