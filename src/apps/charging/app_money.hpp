#pragma once

#include <memory>

#include "apps/charging/network_service.hpp"
#include "apps/charging/ports/money_store.hpp"
#include "base/unique_function.hpp"
#include "platform/core/platform.hpp"
#include "platform/http/router.hpp"
#include "platform/store/store.hpp"

namespace mainstay::charging {

class PlotsDesk;

/// The rows of tariffs and invoices, for commands.
std::unique_ptr<MoneyStore> money_store(store::Store& store);

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
