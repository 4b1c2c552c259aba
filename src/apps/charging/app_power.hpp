#pragma once

#include <memory>

#include "apps/charging/ports/power_store.hpp"
#include "apps/charging/ports/station_link.hpp"
#include "base/result.hpp"
#include "platform/core/platform.hpp"
#include "platform/http/router.hpp"
#include "platform/store/store.hpp"

namespace mainstay::charging {

class NetworkService;

/// The rows of smart charging, for commands.
std::unique_ptr<PowerStore> power_store(store::Store& store);

/// Smart charging with what it stands on. Construct before the network starts (it subscribes),
/// start() behind it, stop() before it.
class PowerApp {
 public:
  /// Both outlive it.
  PowerApp(Platform& platform, NetworkService& network);
  ~PowerApp();

  /// Before start(): where stations are connected. Without one they are all offline.
  void use_door(StationLink& door);
  /// Takes the door's place for everybody else.
  [[nodiscard]] StationLink& link();
  Result<> start();
  void register_routes(http::Router& router);
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::charging
