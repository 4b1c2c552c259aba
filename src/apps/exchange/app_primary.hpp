#pragma once

#include <memory>

#include "platform/core/platform.hpp"
#include "platform/http/router.hpp"

namespace mainstay::auth {
class Guard;
}

namespace mainstay::exchange {

class PrimaryDesk;
class Venue;

/// The primary market with what it stands on. Life: construct, start() behind the venue, stop()
/// before it.
class PrimaryApp {
 public:
  /// All outlives it.
  PrimaryApp(Platform& platform, Venue& venue);
  ~PrimaryApp();

  void start();
  void register_routes(http::Router& router, auth::Guard& guard);
  void stop();
  [[nodiscard]] PrimaryDesk& desk();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::exchange
