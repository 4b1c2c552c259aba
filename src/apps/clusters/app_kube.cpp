#include "apps/clusters/app_kube.hpp"

namespace mainstay::clusters {

struct KubeApp::Impl {
  Platform& platform;
  const ClusterApp& embedded;
};

KubeApp::KubeApp(Platform& platform, const ClusterApp& embedded)
    : impl_(std::make_unique<Impl>(platform, embedded)) {}
KubeApp::~KubeApp() = default;

ClusterReader* KubeApp::reader() { return nullptr; }
ClusterWriter* KubeApp::writer() { return nullptr; }

Result<> KubeApp::start() { return {}; }
void KubeApp::register_routes(http::Router& /*router*/) {}
Result<> KubeApp::run() { return {}; }
void KubeApp::drain() {}
void KubeApp::stop() {}

}  // namespace mainstay::clusters
