#pragma once

#include <memory>
#include <span>

#include "apps/charging/fundamental.hpp"
#include "base/result.hpp"
#include "platform/core/platform.hpp"
#include "platform/http/router.hpp"
#include "platform/program/module.hpp"
#include "platform/store/migrations.hpp"

namespace mainstay::charging {

/// The charging network as a module: construct (no effects), start(), stop(). One thread calls the
/// life cycle.
class App {
 public:
  explicit App(Platform& platform);
  ~App();

  /// Brings the network back from the store.
  Result<> start();
  void register_routes(http::Router& router);
  /// On one of ocpp_listeners().
  Result<> serve_stations(OwnRoutes& listener);
  /// The page; `has_sign_in`: /auth is served beside it.
  void register_page(http::Router& router, bool has_sign_in);
  /// Begins what works in the background.
  Result<> run();
  /// After the web server has stopped.
  void drain();
  /// After the server has stopped: finishes what waits.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The schema changes of this app, embedded from migrations/.
std::span<const store::Migration> migrations();

}  // namespace mainstay::charging
