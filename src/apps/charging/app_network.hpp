#pragma once

#include <memory>

#include "apps/charging/network_service.hpp"
#include "apps/charging/operations_desk.hpp"
#include "platform/core/platform.hpp"
#include "platform/http/router.hpp"
#include "platform/settings/settings.hpp"
#include "platform/store/store.hpp"

namespace mainstay::charging {

/// The network's rows, for commands.
std::unique_ptr<NetworkStore> network_store(store::Store& store);

/// Sends what waits for a webhook now, also of a dead one: by a server that runs. Blocks.
/// NetworkErrc::webhook_unknown.
Result<> retry_webhook(store::Store& store, std::int64_t webhook, SystemTime now);

NetworkServiceOptions network_options(const settings::Settings& settings);

/// The network's part of the app. Life: construct, start() behind those who subscribe, stop().
class NetworkApp {
 public:
  explicit NetworkApp(Platform& platform);
  ~NetworkApp();

  [[nodiscard]] NetworkService& service() const;
  [[nodiscard]] OperationsDesk& operations() const;
  Result<> start();
  void register_routes(http::Router& router);
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::charging
