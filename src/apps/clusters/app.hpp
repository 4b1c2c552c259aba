#pragma once

#include <memory>
#include <span>

#include "apps/clusters/fundamental.hpp"
#include "base/result.hpp"
#include "platform/core/platform.hpp"
#include "platform/http/router.hpp"
#include "platform/store/migrations.hpp"

namespace mainstay::clusters {

/// The platform API as a module: construct (no effects), start(), stop(). One thread calls the life
/// cycle.
class App {
 public:
  explicit App(Platform& platform);
  ~App();

  /// Brings back what was asked for from the store.
  Result<> start();
  void register_routes(http::Router& router);
  /// Probes where the platform has none: on a listener of our own.
  void register_own_probes(http::Router& router);
  /// The page; `has_sign_in`: /auth is served beside it.
  void register_page(http::Router& router, bool has_sign_in);
  /// The web server serves: listeners of our own open, watches and schedules begin.
  Result<> run();
  /// After the web server has stopped: closes those.
  void drain();
  /// After the server has stopped: finishes what waits.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The schema changes of this app, embedded from migrations/.
std::span<const store::Migration> migrations();

}  // namespace mainstay::clusters
