#include "apps/clusters/app_cluster.hpp"

#include <optional>

#include "apps/clusters/embedded_cluster/embedded_cluster.hpp"
#include "platform/log/log.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::clusters {

struct ClusterApp::Impl {
  Platform& platform;
  std::optional<EmbeddedCluster> cluster = {};
};

ClusterApp::ClusterApp(Platform& platform) : impl_(std::make_unique<Impl>(platform)) {}
ClusterApp::~ClusterApp() = default;

std::string ClusterApp::url() const { return impl_->cluster ? impl_->cluster->url() : ""; }

std::string ClusterApp::kubeconfig_file() const {
  return impl_->cluster ? impl_->cluster->kubeconfig_file() : "";
}

Result<> ClusterApp::start() {
  const auto& settings = impl_->platform.settings;
  if (!settings.boolean("apps.clusters.embedded_cluster")) return {};
  EmbeddedClusterOptions options;
  options.folder = impl_->platform.data_folder / "clusters" / "embedded";
  options.port =
      static_cast<std::uint16_t>(settings.integer("apps.clusters.embedded_cluster_port"));
  options.with_examples = settings.boolean("apps.clusters.embedded_cluster_examples");
  impl_->cluster.emplace(std::move(options), impl_->platform.clock);
  MS_TRY_VOID(impl_->cluster->start());
  impl_->platform.log.warning("clusters.embedded.started",
                              {{"url", url()},
                               {"kubeconfig", kubeconfig_file()},
                               {"note", "for development and tests, not for production"}});
  return {};
}

void ClusterApp::register_routes(http::Router& /*router*/) {}
Result<> ClusterApp::run() { return {}; }
void ClusterApp::drain() {}

void ClusterApp::stop() { impl_->cluster.reset(); }

}  // namespace mainstay::clusters
