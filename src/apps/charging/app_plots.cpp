#include "apps/charging/app_plots.hpp"

#include <future>

#include "apps/charging/demo_plots.hpp"
#include "apps/charging/inbound/http/plot_routes.hpp"
#include "apps/charging/inbound/ws/plot_stream.hpp"
#include "apps/charging/network_service.hpp"
#include "apps/charging/outbound/memory/rtree_geo_index.hpp"
#include "apps/charging/outbound/sqlite/plot_rows.hpp"
#include "apps/charging/plots_desk.hpp"
#include "apps/charging/plots_feed.hpp"
#include "platform/log/log.hpp"
#include "platform/metrics/metrics.hpp"

namespace mainstay::charging {

std::unique_ptr<PlotStore> make_plot_store(store::Store& store) {
  return std::make_unique<SqlPlotStore>(store);
}

std::unique_ptr<GeoIndex> make_geo_index() { return std::make_unique<RTreeGeoIndex>(); }

struct PlotsApp::Impl {
  explicit Impl(Platform& lent)
      : platform(lent), store(lent.store), desk(store, index, [this](const Error& error) {
          platform.log.warning("charging.plots.failed", {{"error", error.message()}});
        }) {}

  /// Of a demo without plots.
  Result<> show_something() {
    bool is_empty = true;
    MS_TRY_VOID(store.load(0, [&](const PlotStore::Stored&) { is_empty = false; }));
    if (!is_empty) return {};
    auto plots = demo_plots(platform.clock.wall());
    return store.save_all(plots);
  }

  void watch() {
    platform.metrics.gauge_function("charging_plots", "Plots in memory.", [this] {
      return static_cast<double>(desk.read([](const PlotTable& table) { return table.size(); }));
    });
    platform.metrics.gauge_function("charging_connector_states",
                                    "States of connectors that plots were told.",
                                    [this] { return static_cast<double>(desk.states_told()); });
    platform.metrics.gauge_function("charging_plot_listeners_behind",
                                    "Who follows plots and is too slow for the newest.",
                                    [this] { return static_cast<double>(stream.behind()); });
  }

  Platform& platform;
  SqlPlotStore store;
  RTreeGeoIndex index;
  PlotsDesk desk;
  PlotStream stream{desk};
};

PlotsApp::PlotsApp(Platform& platform) : impl_(std::make_unique<Impl>(platform)) {}
PlotsApp::~PlotsApp() = default;

const PlotsDesk& PlotsApp::desk() const { return impl_->desk; }

Result<> PlotsApp::start() {
  if (impl_->platform.demo) MS_TRY_VOID(impl_->show_something());
  MS_TRY_VOID(impl_->desk.start());
  impl_->stream.start();
  impl_->watch();
  return {};
}

void PlotsApp::register_routes(http::Router& router) {
  register_plot_reading(router, impl_->desk);
  impl_->stream.register_routes(router);
  if (impl_->platform.guard != nullptr) {
    register_plot_writing(router, impl_->desk, *impl_->platform.guard);
  }
}

void PlotsApp::drain() {}

void PlotsApp::stop() {
  impl_->stream.stop();
  impl_->desk.stop();
}

void PlotsApp::follow(NetworkService& network) {
  network.subscribe([&desk = impl_->desk](const NetworkEvent& event) { tell_event(desk, event); });
}

void PlotsApp::catch_up(NetworkService& network) {
  std::promise<void> seen;
  const bool taken = network.look([&](const Network& all) {
    tell_all(impl_->desk, all);
    seen.set_value();
  });
  if (taken) seen.get_future().wait();
}

}  // namespace mainstay::charging
