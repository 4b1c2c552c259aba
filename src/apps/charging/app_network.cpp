#include "apps/charging/app_network.hpp"

#include "apps/charging/outbound/sqlite/network_sql.hpp"
#include "platform/lane/ticker.hpp"
#include "platform/log/log.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::charging {
namespace {

/// How late a reservation may end.
constexpr Millis time_passes_every{1'000};

NetworkServiceOptions network_options(const settings::Settings& settings) {
  NetworkServiceOptions options;
  options.rules.heartbeat_interval = Seconds{settings.integer("apps.charging.heartbeat_seconds")};
  options.rules.accepts_unknown_tags = settings.boolean("apps.charging.accept_unknown_tags");
  return options;
}

}  // namespace

struct NetworkApp::Impl {
  explicit Impl(Platform& lent)
      : rows(lent.store),
        service(
            rows, lent.clock,
            [&log = lent.log](const Error& error) {
              log.warning("charging.network.failed", {{"error", error.message()}});
            },
            network_options(lent.settings)),
        time("charging.time", time_passes_every, [this] { service.tick(); }) {}

  SqlNetworkStore rows;
  NetworkService service;
  Ticker time;
};

NetworkApp::NetworkApp(Platform& platform) : impl_(std::make_unique<Impl>(platform)) {}
NetworkApp::~NetworkApp() = default;

NetworkService& NetworkApp::service() const { return impl_->service; }

Result<> NetworkApp::start() {
  MS_TRY_VOID(impl_->service.start());
  impl_->time.start();
  return {};
}

void NetworkApp::stop() {
  impl_->time.stop();
  impl_->service.stop();
}

}  // namespace mainstay::charging
