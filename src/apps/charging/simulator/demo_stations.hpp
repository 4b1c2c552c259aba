#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "apps/charging/simulator/fleet.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::charging::simulator {

/// Stations for `serve --demo`, on a thread of their own: they connect to this very server, and
/// something happens at them all the time. Whoever starts them has registered them.
class DemoStations {
 public:
  /// `port` of this machine, plain HTTP; it may begin to answer later. `tags` are the drivers'.
  static Result<std::unique_ptr<DemoStations>> start(std::uint16_t port,
                                                     const std::vector<std::string>& identities,
                                                     const std::vector<std::string>& tags,
                                                     const Clock& clock);
  ~DemoStations();  // ends them

 private:
  DemoStations(FleetOptions options, const Clock& clock) : fleet_(std::move(options), clock) {}

  Fleet fleet_;
  std::thread thread_;
};

}  // namespace mainstay::charging::simulator
