#pragma once

#include <memory>

#include "apps/charging/ports/station_link.hpp"
#include "base/result.hpp"
#include "platform/core/platform.hpp"

namespace mainstay::auth {
class Guard;
}

namespace mainstay::charging {

class NetworkService;

/// Smart charging with what it stands on. Construct before the network starts (it subscribes),
/// start() behind it, stop() before it.
class PowerApp {
 public:
  /// All outlives it. `door`: where stations are connected; link() takes its place for the others.
  PowerApp(Platform& platform, NetworkService& network, StationLink& door);
  ~PowerApp();

  [[nodiscard]] StationLink& link();
  Result<> start();
  void register_routes(http::Router& router, auth::Guard& guard);
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::charging
