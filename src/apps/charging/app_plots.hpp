#pragma once

#include <memory>

#include "base/result.hpp"
#include "platform/core/platform.hpp"
#include "platform/http/router.hpp"

namespace mainstay::charging {

class PlotsDesk;
class PlotStore;

/// For commands, which have no server.
std::unique_ptr<PlotStore> make_plot_store(store::Store& store);

/// Plots, put together: store, index, desk, routes, stream and page. Life as App's.
class PlotsApp {
 public:
  explicit PlotsApp(Platform& platform);
  ~PlotsApp();

  Result<> start();
  void register_routes(http::Router& router);
  void drain();
  void stop();

  /// For what stations tell.
  [[nodiscard]] PlotsDesk& desk();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::charging
