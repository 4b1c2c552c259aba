#pragma once

#include <memory>

#include "base/result.hpp"
#include "platform/core/platform.hpp"
#include "platform/http/router.hpp"

namespace mainstay::clusters {

class InstanceCatalogue;
class Policy;

/// Instance types with prices, kept fresh; policies, ceilings, costs and drift. Life as App's.
class PricesApp {
 public:
  explicit PricesApp(Platform& platform);
  ~PricesApp();

  /// Valid behind start().
  [[nodiscard]] InstanceCatalogue* catalogue();
  [[nodiscard]] Policy* policy();

  Result<> start();
  void register_routes(http::Router& router);
  /// The web server serves, and what stands before this in app.cpp has run.
  Result<> run();
  void drain();
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::clusters
