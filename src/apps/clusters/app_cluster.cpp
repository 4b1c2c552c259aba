#include "apps/clusters/app_cluster.hpp"

namespace mainstay::clusters {

struct ClusterApp::Impl {
  Platform& platform;
};

ClusterApp::ClusterApp(Platform& platform) : impl_(std::make_unique<Impl>(platform)) {}
ClusterApp::~ClusterApp() = default;

std::string ClusterApp::url() const { return {}; }
std::string ClusterApp::kubeconfig_file() const { return {}; }

Result<> ClusterApp::start() { return {}; }
void ClusterApp::register_routes(http::Router& /*router*/) {}
Result<> ClusterApp::run() { return {}; }
void ClusterApp::drain() {}
void ClusterApp::stop() {}

}  // namespace mainstay::clusters
