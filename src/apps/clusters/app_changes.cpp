#include "apps/clusters/app_changes.hpp"

#include "apps/clusters/change_keeper.hpp"

namespace mainstay::clusters {

struct ChangesApp::Impl {
  Platform& platform;
  const ClusterApp& embedded;
  KubeApp& kube;
};

ChangesApp::ChangesApp(Platform& platform, const ClusterApp& embedded, KubeApp& kube)
    : impl_(std::make_unique<Impl>(platform, embedded, kube)) {}
ChangesApp::~ChangesApp() = default;

Proposals* ChangesApp::proposals() { return nullptr; }
Repository* ChangesApp::repository() { return nullptr; }
AuditLog* ChangesApp::audit() { return nullptr; }

Result<> ChangesApp::start() { return {}; }
void ChangesApp::register_routes(http::Router& /*router*/) {}
Result<> ChangesApp::run() { return {}; }
void ChangesApp::drain() {}
void ChangesApp::stop() {}

}  // namespace mainstay::clusters
