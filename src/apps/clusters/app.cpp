#include "apps/clusters/app.hpp"

#include <sys/resource.h>

#include "apps/clusters/app_api.hpp"
#include "apps/clusters/app_changes.hpp"
#include "apps/clusters/app_cluster.hpp"
#include "apps/clusters/app_drift.hpp"
#include "apps/clusters/app_kube.hpp"
#include "apps/clusters/app_prices.hpp"
#include "apps/clusters/app_sealing.hpp"
#include "apps/clusters/inbound/page/page.hpp"

namespace mainstay::clusters {

struct App::Impl {
  explicit Impl(Platform& lent) : platform(lent) {}

  Platform& platform;
  ClusterApp cluster{platform};
  KubeApp kube{platform, cluster};
  SealingApp sealing{platform, kube};
  PricesApp prices{platform};
  ChangesApp changes{platform, cluster, kube};
  DriftApp drift{platform, kube, changes};
  ApiApp api{platform, kube, sealing, prices, changes};
};

namespace {

/// Values of secrets pass through our memory: a crash leaves no copy of it, whatever was admitted.
void leave_no_core() {
  constexpr rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
}

}  // namespace

App::App(Platform& platform) : impl_(std::make_unique<Impl>(platform)) {}
App::~App() = default;

Result<> App::start() {
  leave_no_core();
  MS_TRY_VOID(impl_->cluster.start());
  MS_TRY_VOID(impl_->kube.start());
  MS_TRY_VOID(impl_->sealing.start());
  MS_TRY_VOID(impl_->prices.start());
  MS_TRY_VOID(impl_->changes.start());
  MS_TRY_VOID(impl_->drift.start());
  return impl_->api.start();
}

void App::register_routes(http::Router& router) {
  impl_->cluster.register_routes(router);
  impl_->kube.register_routes(router);
  impl_->sealing.register_routes(router);
  impl_->prices.register_routes(router);
  impl_->changes.register_routes(router);
  impl_->drift.register_routes(router);
  impl_->api.register_routes(router);
}

void App::register_own_probes(http::Router& router) { impl_->api.register_own_probes(router); }

void App::register_page(http::Router& router, bool has_sign_in) {
  clusters::register_page(router, has_sign_in ? impl_->platform.guard : nullptr);
}

Result<> App::run() {
  MS_TRY_VOID(impl_->cluster.run());
  MS_TRY_VOID(impl_->kube.run());
  MS_TRY_VOID(impl_->sealing.run());
  MS_TRY_VOID(impl_->prices.run());
  MS_TRY_VOID(impl_->changes.run());
  return impl_->api.run();
}

void App::drain() {
  impl_->api.drain();
  impl_->changes.drain();
  impl_->prices.drain();
  impl_->sealing.drain();
  impl_->kube.drain();
  impl_->cluster.drain();
}

void App::stop() {
  impl_->api.stop();
  impl_->drift.stop();
  impl_->changes.stop();
  impl_->prices.stop();
  impl_->sealing.stop();
  impl_->kube.stop();
  impl_->cluster.stop();
}

}  // namespace mainstay::clusters
