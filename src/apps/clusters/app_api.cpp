#include "apps/clusters/app_api.hpp"

#include "apps/clusters/access.hpp"
#include "apps/clusters/domain/names.hpp"
#include "apps/clusters/inbound/http/event_hub.hpp"
#include "apps/clusters/limits.hpp"
#include "apps/clusters/roles.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::clusters {

struct ApiApp::Impl {
  Platform& platform;
  KubeApp& kube;
  SealingApp& sealing;
  PricesApp& prices;
  ChangesApp& changes;
  Access access{platform.guard, platform.settings};
  EventHub events{};
};

ApiApp::ApiApp(Platform& platform, KubeApp& kube, SealingApp& sealing, PricesApp& prices,
               ChangesApp& changes)
    : impl_(std::make_unique<Impl>(platform, kube, sealing, prices, changes)) {}
ApiApp::~ApiApp() = default;

Result<> ApiApp::start() {
  MS_TRY_VOID(impl_->access.check());
  MS_TRY(const auto checked,
         parse_namespace(impl_->platform.settings.text("apps.clusters.namespace")));
  static_cast<void>(checked);
  return {};
}

void ApiApp::register_routes(http::Router& /*router*/) {}
Result<> ApiApp::run() { return {}; }
void ApiApp::drain() { impl_->events.close(); }
void ApiApp::stop() {}

}  // namespace mainstay::clusters
