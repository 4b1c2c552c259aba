#include "apps/charging/app_demo.hpp"

#include <string>
#include <utility>
#include <vector>

#include "apps/charging/simulator/demo_stations.hpp"
#include "platform/log/log.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::charging {
namespace {

constexpr int stations_of_demo = 8;  // as many as demo_plots() shows
constexpr int tags = 12;

std::vector<std::string> numbered(const std::string& prefix, int count) {
  std::vector<std::string> out;
  for (int i = 1; i <= count; ++i) {
    out.push_back(prefix + (i < 10 ? "0" : "") + std::to_string(i));
  }
  return out;
}

}  // namespace

struct DemoApp::Impl {
  Platform& platform;
  NetworkService& network;
  std::unique_ptr<simulator::DemoStations> stations = {};

  void put(NetworkService::Change change) {
    network.change(std::move(change), [&log = platform.log](Result<> done) {
      if (done.has_error()) log.warning("charging.demo", {{"error", done.error().message()}});
    });
  }
  void register_station(const std::string& identity) {
    put([identity](Network& state, SystemTime now, Batch& batch) -> Result<> {
      if (state.station(identity) != nullptr) return {};
      StationRow row;
      row.identity = identity;
      row.name = "Demo station " + identity.substr(identity.size() - 2);
      row.groups = ",demo,";
      MS_TRY([[maybe_unused]] const auto id, state.add_station(std::move(row), now, batch));
      return {};
    });
  }
  void register_tag(const std::string& tag) {
    put([tag](Network& state, SystemTime now, Batch& batch) -> Result<> {
      if (state.tag(tag) != nullptr) return {};
      TagRow row;
      row.tag = tag;
      row.label = "a driver of the demo";
      return state.put_tag(std::move(row), now, batch);
    });
  }
};

DemoApp::DemoApp(Platform& platform, NetworkService& network)
    : impl_(std::make_unique<Impl>(platform, network)) {}
DemoApp::~DemoApp() = default;

Result<> DemoApp::run() {
  const Platform& platform = impl_->platform;
  const bool plain = platform.settings.text("http.tls_certificate").empty();
  const bool shared = platform.settings.text("apps.charging.listen").empty();
  if (!platform.demo || !plain || !shared || platform.port == 0) return {};
  const auto identities = numbered("DEMO-", stations_of_demo);
  const auto drivers = numbered("DEMODRIVER", tags);
  for (const std::string& one : identities) impl_->register_station(one);
  for (const std::string& one : drivers) impl_->register_tag(one);
  MS_TRY(impl_->stations,
         simulator::DemoStations::start(platform.port, identities, drivers, platform.clock));
  return {};
}

void DemoApp::stop() { impl_->stations.reset(); }

}  // namespace mainstay::charging
