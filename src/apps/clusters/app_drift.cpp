#include "apps/clusters/app_drift.hpp"

#include <optional>
#include <utility>

#include "apps/clusters/access.hpp"
#include "apps/clusters/app_changes.hpp"
#include "apps/clusters/app_kube.hpp"
#include "apps/clusters/drift_desk.hpp"
#include "apps/clusters/inbound/http/drift_routes.hpp"
#include "apps/clusters/limits.hpp"
#include "apps/clusters/ports/cluster_reader.hpp"
#include "apps/clusters/ports/repository.hpp"
#include "platform/lane/lane.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::clusters {

struct DriftApp::Impl {
  Platform& platform;
  KubeApp& kube;
  ChangesApp& changes;
  Access access{platform.guard, platform.settings, platform.clock, changes.audit()};
  std::optional<DriftDesk> desk{};
  Lane lane{"clusters.drift", Limits::drift_queue_max};
  LookForDrift look = [this](UniqueFunction<void(Result<DriftReport>)> done) {
    return lane.try_post([this, done = std::move(done)] { done(desk->look()); });
  };
};

DriftApp::DriftApp(Platform& platform, KubeApp& kube, ChangesApp& changes)
    : impl_(std::make_unique<Impl>(platform, kube, changes)) {}
DriftApp::~DriftApp() = default;

Result<> DriftApp::start() {
  ClusterReader* const cluster = impl_->kube.reader();
  Repository* const repository = impl_->changes.repository();
  if (cluster == nullptr || repository == nullptr) return {};
  impl_->desk.emplace(DriftDesk::Parts{*repository, *cluster, impl_->kube.node_group_kinds(),
                                       impl_->platform.settings.text("apps.clusters.namespace")});
  impl_->lane.start();
  return {};
}

void DriftApp::register_routes(http::Router& router) {
  if (impl_->desk) register_drift_routes(router, impl_->access, impl_->look);
}

void DriftApp::stop() { impl_->lane.stop(); }

}  // namespace mainstay::clusters
