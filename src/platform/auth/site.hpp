#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "platform/auth/desk.hpp"
#include "platform/http/router.hpp"
#include "platform/lane/lane.hpp"

namespace mainstay::log {
class Log;
}

namespace mainstay::auth {

/// The pages and the JSON API under /auth: reads requests, lets use cases work on lanes, and
/// renders. A POST takes a form (the answer is a page, or 303) or JSON (the answer is JSON).
/// Passwords are hashed on lanes of their own, so that a crowd of sign-ins does not hold up the
/// rest; a full lane is 503. Life: construct, register_routes(), start(), stop().
class Site {
 public:
  /// All outlive it.
  Site(Desk& desk, log::Log& log);
  ~Site();

  void start();
  /// What is queued is still answered.
  void stop();
  /// The site outlives the router's use.
  void register_routes(http::Router& router);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::auth
