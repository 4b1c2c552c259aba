#include "apps/charging/simulator/demo_stations.hpp"

#include <utility>

namespace mainstay::charging::simulator {

Result<std::unique_ptr<DemoStations>> DemoStations::start(
    std::uint16_t port, const std::vector<std::string>& identities,
    const std::vector<std::string>& tags, const Clock& clock) {
  FleetOptions options;
  MS_TRY(options.target,
         parse_target("ws://127.0.0.1:" + std::to_string(port) + "/charging/ocpp/"));
  for (const std::string& identity : identities) options.stations.push_back({identity});
  options.behaviour.tags = tags;
  options.behaviour.sessions_per_hour = 20;
  options.behaviour.session_minutes = 6;
  options.behaviour.offline_per_hour = 0.5;
  const auto put = [&](Key key, const char* value) {
    options.behaviour.defaults[static_cast<std::size_t>(key)] = value;
  };
  put(Key::meter_value_sample_interval, "15");
  put(Key::retry_back_off_wait_minimum, "1");
  put(Key::retry_back_off_random_range, "1");
  options.ramp = Seconds{1};
  std::unique_ptr<DemoStations> out{new DemoStations{std::move(options), clock}};
  MS_TRY_VOID(out->fleet_.open());
  out->thread_ = std::thread{[fleet = &out->fleet_] { fleet->run(); }};
  return out;
}

DemoStations::~DemoStations() {
  if (!thread_.joinable()) return;
  fleet_.ask_to_stop();
  thread_.join();
}

}  // namespace mainstay::charging::simulator
