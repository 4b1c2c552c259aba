#include "apps/charging/app_power.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "apps/charging/inbound/http/power_routes.hpp"
#include "apps/charging/network_service.hpp"
#include "apps/charging/outbound/sqlite/power_sql.hpp"
#include "apps/charging/power_desk.hpp"
#include "platform/lane/ticker.hpp"
#include "platform/log/log.hpp"
#include "platform/zones/time_zones.hpp"

namespace mainstay::charging {
namespace {

constexpr Millis decides_every{1'000};

StationNow now_of(const Network& network, const Station& station) {
  StationNow out{
      .station = station.row.id, .identity = station.row.identity, .is_online = station.is_online};
  for (const Connector& connector : station.connectors) {
    if (connector.row.connector.get() == 0) continue;
    ConnectorNow one{.number = connector.row.connector, .transaction = connector.active};
    const TransactionRow* const row = network.active(connector.active);
    if (row != nullptr) one.started_at = began_at(*row);
    out.connectors.push_back(one);
  }
  return out;
}

/// The network's lane, asked.
class NetworkDirectory final : public StationDirectory {
 public:
  explicit NetworkDirectory(NetworkService& network) : network_(network) {}
  [[nodiscard]] bool find(std::vector<std::string> identities, Found found) override {
    return look(std::move(identities), std::move(found),
                [](const std::string& identity) { return std::string_view{identity}; });
  }
  [[nodiscard]] bool find(std::vector<StationId> stations, Found found) override {
    return look(std::move(stations), std::move(found), [](StationId station) { return station; });
  }

 private:
  template <class Key, class Name>
  bool look(std::vector<Key> keys, Found found, Name name) {
    return network_.look([keys = std::move(keys), found = std::move(found),
                          name](const Network& network) {
      std::vector<std::optional<StationNow>> out;
      for (const Key& key : keys) {
        const Station* const station = network.station(name(key));
        out.push_back(station != nullptr ? std::optional{now_of(network, *station)} : std::nullopt);
      }
      found(std::move(out));
    });
  }
  NetworkService& network_;
};

/// The door, once there is one.
class LateDoor final : public StationLink {
 public:
  void use(StationLink& door) { door_ = &door; }
  void call(StationId station, BackendRequest request, CallDone done) override {
    if (door_ == nullptr) return done(CallFailure{});
    door_->call(station, std::move(request), std::move(done));
  }
  void close(StationId station, std::string_view why) override {
    if (door_ != nullptr) door_->close(station, why);
  }
  [[nodiscard]] bool is_online(StationId station) const override {
    return door_ != nullptr && door_->is_online(station);
  }

 private:
  StationLink* door_ = nullptr;
};

}  // namespace

std::unique_ptr<PowerStore> power_store(store::Store& store) {
  return std::make_unique<SqlPowerStore>(store);
}

struct PowerApp::Impl {
  Impl(Platform& lent, NetworkService& network)
      : platform(lent),
        rows(lent.store),
        directory(network),
        desk(
            rows, door, directory, lent.clock,
            [this](std::string_view name) { return zones.find(name); },
            [&log = lent.log](const Error& error) {
              log.warning("charging.power.failed", {{"error", error.message()}});
            }),
        ticks("charging.power_tick", decides_every, [this] { desk.tick(); }) {
    network.subscribe([this](const NetworkEvent& event) { desk.heard(event); });
  }

  Platform& platform;
  SqlPowerStore rows;
  LateDoor door;
  NetworkDirectory directory;
  zones::TimeZones zones;
  PowerDesk desk;
  Ticker ticks;
};

PowerApp::PowerApp(Platform& platform, NetworkService& network)
    : impl_(std::make_unique<Impl>(platform, network)) {}
PowerApp::~PowerApp() = default;

void PowerApp::use_door(StationLink& door) { impl_->door.use(door); }

StationLink& PowerApp::link() { return impl_->desk; }

Result<> PowerApp::start() {
  MS_TRY_VOID(impl_->desk.start());
  impl_->ticks.start();
  return {};
}

void PowerApp::register_routes(http::Router& router) {
  if (impl_->platform.guard != nullptr) register_power(router, impl_->desk, *impl_->platform.guard);
}

void PowerApp::stop() {
  impl_->ticks.stop();
  impl_->desk.stop();
}

}  // namespace mainstay::charging
