#include "apps/clusters/app_sealing.hpp"

#include "apps/clusters/sealing_certificates.hpp"
#include "apps/clusters/secrets_desk.hpp"

namespace mainstay::clusters {

struct SealingApp::Impl {
  Platform& platform;
  KubeApp& kube;
};

SealingApp::SealingApp(Platform& platform, KubeApp& kube)
    : impl_(std::make_unique<Impl>(platform, kube)) {}
SealingApp::~SealingApp() = default;

Result<> SealingApp::start() { return {}; }
void SealingApp::register_routes(http::Router& /*router*/) {}
Result<> SealingApp::run() { return {}; }
void SealingApp::drain() {}
void SealingApp::stop() {}

}  // namespace mainstay::clusters
