#pragma once

#include <memory>
#include <span>

#include "base/result.hpp"
#include "platform/core/platform.hpp"
#include "platform/http/router.hpp"
#include "platform/store/migrations.hpp"

namespace mainstay::exchange {

/// The simulated exchange as a module: construct (no effects), start(), stop(). One thread calls
/// the life cycle; the venue's lane does the work.
class App {
 public:
  explicit App(Platform& platform);
  ~App();

  /// Brings the market back.
  Result<> start();
  void register_routes(http::Router& router);
  /// The page; `has_sign_in`: /auth is served beside it.
  void register_page(http::Router& router, bool has_sign_in);
  /// The market's simulated people come, and doors open that are none of the web server's.
  Result<> run();
  /// After the web server has stopped: closes those doors.
  void drain();
  /// After the server has stopped: carries out what waits, and leaves a journal.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The schema changes of this app, embedded from migrations/.
std::span<const store::Migration> migrations();

}  // namespace mainstay::exchange
