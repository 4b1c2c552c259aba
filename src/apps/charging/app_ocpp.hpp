#pragma once

#include <memory>
#include <vector>

#include "apps/charging/ports/security_store.hpp"
#include "apps/charging/ports/station_host.hpp"
#include "apps/charging/ports/station_link.hpp"
#include "base/result.hpp"
#include "platform/core/platform.hpp"
#include "platform/http/router.hpp"
#include "platform/program/module.hpp"
#include "platform/store/store.hpp"

namespace mainstay::charging {

/// The door at which stations connect, as the settings want it: OCPP-J 1.6 on the web server's own
/// listener with security profile 0 or 1, and on listeners with TLS of their own for 2 and 3.
/// Life: construct, start(), register_routes(), serve(), run(), stop(); one thread.
class OcppApp {
 public:
  /// Both outlive the door.
  OcppApp(Platform& platform, StationHost& network);
  ~OcppApp();

  /// For the network and everybody who asks stations; before start().
  [[nodiscard]] StationLink& link();

  /// Loads keys; refuses settings that fit badly.
  Result<> start();
  void register_routes(http::Router& router);
  /// One of ocpp_listeners().
  Result<> serve(OwnRoutes& listener);
  Result<> run();
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The rows of keys and certificates, for commands.
std::unique_ptr<SecurityStore> security_store(store::Store& store);

/// Of security profiles 2 and 3.
std::vector<MoreListener> ocpp_listeners();

/// Why the door must not be reachable from beyond this machine; empty: it may.
std::string unsafe_beyond_loopback(const settings::Settings& settings);

}  // namespace mainstay::charging
