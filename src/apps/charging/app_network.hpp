#pragma once

#include <memory>

#include "apps/charging/network_service.hpp"
#include "platform/core/platform.hpp"

namespace mainstay::charging {

/// The network's part of the app. Life: construct, start() behind those who subscribe, stop().
class NetworkApp {
 public:
  explicit NetworkApp(Platform& platform);
  ~NetworkApp();

  [[nodiscard]] NetworkService& service() const;
  Result<> start();
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::charging
