#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "apps/charging/simulator/client_link.hpp"
#include "apps/charging/simulator/station.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::charging::simulator {

struct StationName {
  std::string identity;
  std::string password = {};  // "": none
  // Of a client certificate (security profile 3), PEM; "": none.
  std::string certificate_file = {};
  std::string key_file = {};
};

struct FleetOptions {
  Target target;
  Behaviour behaviour;
  std::vector<StationName> stations;
  std::string ca_file;  // TLS: roots beside the system's
  std::uint64_t seed = 1;
  Seconds ramp{0};              // over which the first connects spread
  double steps_per_second = 0;  // paced cycles, once all are settled
  std::uint32_t sources = 1;    // loopback addresses to connect from
};

/// How things stand, about ten times a second.
struct FleetState {
  std::size_t stations = 0;
  std::size_t online = 0;
  std::size_t settled = 0;
  std::size_t charging = 0;
  std::size_t queued = 0;      // transaction messages that wait for their acknowledgement
  std::uint64_t answered = 0;  // calls of ours
  std::uint64_t backend_calls = 0;
  int last_refusal = 0;  // HTTP status of a handshake; 0: none yet
};

/// Stations on one thread: their sockets, their timers.
///
/// Life: construct, open(), run() on a thread until ask_to_stop(). Behind it tally() is whole.
class Fleet {
 public:
  Fleet(FleetOptions options, const Clock& clock);
  ~Fleet();

  Result<> open();
  void run();
  /// Any thread.
  void ask_to_stop();
  [[nodiscard]] FleetState state() const;

  /// Before run() to set who listens; behind it.
  [[nodiscard]] Tally& tally();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::charging::simulator
