#pragma once

#include <memory>

#include "base/result.hpp"
#include "platform/core/platform.hpp"
#include "platform/http/router.hpp"

namespace mainstay::charging {

class GeoIndex;
class NetworkService;
class PlotsDesk;
class PlotStore;

// For commands, which have no server.
std::unique_ptr<PlotStore> make_plot_store(store::Store& store);
std::unique_ptr<GeoIndex> make_geo_index();

/// Plots, put together: store, index, desk, routes, stream and page. Life as App's.
class PlotsApp {
 public:
  explicit PlotsApp(Platform& platform);
  ~PlotsApp();

  [[nodiscard]] const PlotsDesk& desk() const;
  Result<> start();
  void register_routes(http::Router& router);
  void drain();
  void stop();

  /// Before the network starts: hears what stations tell.
  void follow(NetworkService& network);
  /// Once it has started: learns what they told before. Waits for the network's lane.
  void catch_up(NetworkService& network);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::charging
