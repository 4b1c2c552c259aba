#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "apps/clusters/domain/instance_type.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "platform/core/platform.hpp"
#include "platform/http/router.hpp"

namespace mainstay::clusters {

class InstanceCatalogue;
class Policy;
class PriceKeep;

// For commands, which have no server.

/// Where a server of these settings keeps its last good set, and looks for imported ones.
std::unique_ptr<PriceKeep> make_price_keep(const settings::Settings& settings);
/// What it has without one.
InstanceTypeSet shipped_types();
/// A file of any shape that the catalogue is read from; with what could not be used of it.
struct ReadTypes {
  InstanceTypeSet set{};
  std::size_t unreadable = 0;
  std::vector<std::string> examples{};
};
Result<ReadTypes> read_types_file(const std::string& path, SystemTime now);
/// As the keep writes it: good for read_types_file().
std::string types_snapshot(const InstanceTypeSet& set);

/// Instance types with prices, kept fresh; policies and ceilings. Life as App's.
class PricesApp {
 public:
  explicit PricesApp(Platform& platform);
  ~PricesApp();

  /// Valid behind start().
  [[nodiscard]] InstanceCatalogue* catalogue();
  [[nodiscard]] Policy* policy();

  /// Refuses rules that are none. Reads a file of instance types, if there is one, at once; what
  /// lies behind an URL comes in the background.
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
