#pragma once

#include <memory>

#include "apps/charging/network_service.hpp"
#include "platform/core/platform.hpp"

namespace mainstay::charging {

/// `serve --demo`: eight stations, DEMO-01 to DEMO-08, that are registered when they are missing
/// and played within this process, over the same door as any. Not with TLS, nor with a listener
/// of charging's own. Life: construct, run() once there is a network, stop().
class DemoApp {
 public:
  DemoApp(Platform& platform, NetworkService& network);
  ~DemoApp();

  Result<> run();
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::charging
