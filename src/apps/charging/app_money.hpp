#pragma once

#include <memory>

#include "apps/charging/network_service.hpp"
#include "base/unique_function.hpp"
#include "platform/core/platform.hpp"
#include "platform/http/router.hpp"

namespace mainstay::charging {

class PlotsDesk;

/// Tariffs, bills and drivers: what money needs, put together. Life: construct
/// (subscribes), start() before the network's, stop() behind it.
class MoneyApp {
 public:
  MoneyApp(Platform& platform, NetworkService& network, const PlotsDesk& plots);
  ~MoneyApp();

  Result<> start();
  void register_routes(http::Router& router);
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::charging
