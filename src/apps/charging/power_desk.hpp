#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "apps/charging/domain/network_event.hpp"
#include "apps/charging/domain/power/site_control.hpp"
#include "apps/charging/ports/power_store.hpp"
#include "apps/charging/ports/station_directory.hpp"
#include "apps/charging/ports/station_link.hpp"
#include "apps/charging/power_json.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/time_zone.hpp"
#include "base/unique_function.hpp"
#include "platform/json/json.hpp"

namespace mainstay::charging {

struct PowerOptions {
  power::ControlRules rules{};
  std::size_t sites_max = 10'000;
  std::size_t events_max = 200'000;  // that wait; beyond, sites look at the network anew
};

/// Smart charging, live: keeps what stations have confirmed, and shares sites' circuits among those
/// who charge (domain/power/site_control.hpp).
///
/// It stands before the door at which stations connect: whatever asks a station for a charging
/// profile goes through call(), and is checked, and kept once it is confirmed. At stations of a
/// site only the site's allocation sets TxProfiles and TxDefaultProfiles; others may set
/// ChargePointMaxProfiles.
///
/// One lane; what it stores is batched. An order leaves once it is stored that it may have arrived.
/// Life: construct, start() behind the network's, stop() before it. Any thread may call the rest;
/// answers come once, on the lane or a thread of the store, and not at all when it has stopped.
class PowerDesk final : public StationLink {
 public:
  using Zones = UniqueFunction<const TimeZone*(std::string_view name)>;

  /// All of it outlives the desk. `failed` hears of errors that nobody waits for.
  PowerDesk(PowerStore& store, StationLink& door, StationDirectory& directory, const Clock& clock,
            Zones zones, UniqueFunction<void(const Error&)> failed, PowerOptions options = {});
  ~PowerDesk() override;

  /// Blocks.
  Result<> start();
  void stop();
  /// About once a second.
  void tick();
  /// From the network's lane: hands over and returns.
  void heard(const NetworkEvent& event);

  // --- StationLink, for everybody else. A profile that cannot be is CallFailure::invalid.
  void call(StationId station, BackendRequest request, CallDone done) override;
  void close(StationId station, std::string_view why) override;
  [[nodiscard]] bool is_online(StationId station) const override;

  // --- for routes: documents of docs/charging_power.md
  using Answer = UniqueFunction<void(Result<json::Value>)>;

  void put_site(PlotId site, SiteInput input, Answer answer);
  void remove_site(PlotId site, Answer answer);
  void sites(Answer answer);
  void site(PlotId site, Answer answer);
  void allocation(PlotId site, Answer answer);
  void profiles(std::string identity, Answer answer);
  struct CompositeWanted {
    std::string identity = {};
    ConnectorNumber connector{};
    Seconds duration{};
    ocpp::ChargingRateUnit unit = ocpp::ChargingRateUnit::amperes;
  };
  void composite(CompositeWanted wanted, Answer answer);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // answers of stations and of the store may come behind its end
};

}  // namespace mainstay::charging
