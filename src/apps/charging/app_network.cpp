#include "apps/charging/app_network.hpp"

#include <optional>

#include "apps/charging/inbound/http/command_wire.hpp"
#include "apps/charging/inbound/http/network_json.hpp"
#include "apps/charging/inbound/http/network_routes.hpp"
#include "apps/charging/outbound/sqlite/network_sql.hpp"
#include "apps/charging/outbound/webhook/event_webhooks.hpp"
#include "platform/lane/ticker.hpp"
#include "platform/log/log.hpp"
#include "platform/metrics/metrics.hpp"
#include "platform/ws/limits.hpp"

namespace mainstay::charging {
namespace {

/// How late a reservation may end.
constexpr Millis time_passes_every{1'000};

/// For the lane to hear of a connection that has ended.
constexpr Seconds lane_hears_within{5};

/// Of a connection that is lost while nothing is asked of it, or while something waits to be sent.
std::optional<Millis> noticed_within(const settings::Settings& settings) {
  ws::Limits limits;
  limits.ping_interval = settings.duration("apps.charging.ocpp_ping_interval");
  limits.pong_timeout = settings.duration("apps.charging.ocpp_pong_timeout");
  const auto noticed = ws::silence_max(limits);
  if (!noticed) return std::nullopt;
  return *noticed + settings.duration("http.send_timeout");
}

}  // namespace

NetworkServiceOptions network_options(const settings::Settings& settings) {
  NetworkServiceOptions options;
  NetworkRules& rules = options.rules;
  rules.heartbeat_interval = Seconds{settings.integer("apps.charging.heartbeat_seconds")};
  rules.accepts_unknown_tags = settings.boolean("apps.charging.accept_unknown_tags");
  const auto noticed = noticed_within(settings);
  rules.silence_max =
      noticed ? std::chrono::ceil<Seconds>(*noticed) + lane_hears_within : rules.no_show_max;
  return options;
}

struct NetworkApp::Impl {
  explicit Impl(Platform& lent)
      : platform(lent),
        rows(lent.store),
        service(
            rows, lent.clock,
            [&log = lent.log](const Error& error) {
              log.warning("charging.network.failed", {{"error", error.message()}});
            },
            network_options(lent.settings)),
        operations(service, command_wire()),
        webhooks(
            lent, service,
            {[](const EventRow& row, const std::string& station) { return to_json(row, station); },
             parse_event_kind},
            lent.settings.boolean("apps.charging.webhooks_private") ? http::Trust::operator_address
                                                                    : http::Trust::user_address),
        time("charging.time", time_passes_every, [this] {
          service.tick();
          operations.tick();
          webhooks.tick();
        }) {}

  void watch() {
    const auto gauge = [this](std::string_view name, std::string_view help, auto read) {
      platform.metrics.gauge_function(
          name, help, [this, read] { return static_cast<double>(read(service.stats())); });
    };
    using Stats = NetworkService::Stats;
    gauge("charging_messages", "Calls of stations since the start.",
          [](const Stats& stats) { return stats.messages; });
    gauge("charging_commits", "Commits of the network since the start.",
          [](const Stats& stats) { return stats.commits; });
    gauge("charging_commits_failed", "Commits that failed: who waited got an error.",
          [](const Stats& stats) { return stats.commits_failed; });
    gauge("charging_waiting", "What waits for the network's lane.",
          [](const Stats& stats) { return stats.waiting; });
    gauge("charging_stations", "Registered stations.",
          [](const Stats& stats) { return stats.stations; });
    gauge("charging_stations_online", "Stations that are connected.",
          [](const Stats& stats) { return stats.online; });
    gauge("charging_transactions_active", "Transactions under way.",
          [](const Stats& stats) { return stats.charging; });
    platform.metrics.gauge_function("charging_webhooks_dead",
                                    "Webhooks that failed too often: until somebody retries them.",
                                    [this] { return static_cast<double>(webhooks.dead()); });
  }

  Platform& platform;
  SqlNetworkStore rows;
  NetworkService service;
  OperationsDesk operations;
  EventWebhooks webhooks;
  Ticker time;
};

std::unique_ptr<NetworkStore> network_store(store::Store& store) {
  return std::make_unique<SqlNetworkStore>(store);
}

Result<> retry_webhook(store::Store& store, std::int64_t webhook, SystemTime now) {
  return store.write_now([&](store::Session& session) {
    return retry_webhook(session, store.engine(), webhook, now);
  });
}

NetworkApp::NetworkApp(Platform& platform) : impl_(std::make_unique<Impl>(platform)) {}
NetworkApp::~NetworkApp() = default;

NetworkService& NetworkApp::service() const { return impl_->service; }
OperationsDesk& NetworkApp::operations() const { return impl_->operations; }

Result<> NetworkApp::start() {
  MS_TRY_VOID(impl_->service.start());
  MS_TRY_VOID(impl_->operations.start());
  impl_->watch();
  impl_->time.start();
  return {};
}

void NetworkApp::register_routes(http::Router& router) {
  if (impl_->platform.guard == nullptr) return;
  const auto retry = [impl = impl_.get()](std::int64_t webhook, auto done) {
    impl->webhooks.retry(webhook, std::move(done));
  };
  register_network(router, {impl_->service, impl_->operations, retry}, *impl_->platform.guard);
}

void NetworkApp::stop() {
  impl_->time.stop();
  impl_->operations.stop();
  impl_->service.stop();
}

}  // namespace mainstay::charging
