#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "apps/charging/network_service.hpp"

namespace mainstay::charging {

struct OperationsOptions {
  std::size_t in_flight_max = 1'000;   // stations that are asked at once
  std::size_t operations_max = 1'000;  // that have not ended; beyond: too_many_operations
  std::size_t watchers_max = 1'000;    // more are answered at once
};

/// How commands look on the wire: OCPP's own codec, handed in so that tests need none.
struct CommandWire {
  /// A request from its action's name and JSON payload.
  std::function<Result<BackendRequest>(const std::string& command, const std::string& request)>
      parse{};
  /// An answer's status ("Accepted"; "" when it has none) and its JSON payload.
  std::function<std::pair<std::string, std::string>(const BackendAnswer&)> render{};
};

/// Commands of operators to one station or many: each is an operation that is stored before
/// anything is sent, goes on after a restart, and can be watched. One call is on its way to a
/// station, and so many stations are asked at once. What was on its way when the server ended is
/// `lost`: nobody knows whether it arrived, and it is not said again.
///
/// Life: construct (subscribes: before the network starts), start() behind the network's, stop().
/// Any thread; answers as NetworkService's. All of its state belongs to the network's lane.
class OperationsDesk {
 public:
  OperationsDesk(NetworkService& network, CommandWire wire, OperationsOptions options = {});
  ~OperationsDesk();

  /// Resumes what had not ended. Blocks.
  Result<> start();
  void stop();
  /// About once a second: deadlines of operations and of watchers.
  void tick();

  struct Wanted {
    std::string command{};
    std::string request = "{}";
    std::vector<std::string> stations{};  // identities
    std::string group{};                  // or all of a group
    bool all = false;                     // or all
    std::string made_by{};
    Seconds wait{0};  // stations that are offline may come back for so long
  };
  /// Answers once it is stored. command_unknown, input_invalid, station_unknown, no_stations,
  /// command_refused (a single station that does not admit it), too_many_operations.
  void begin(Wanted wanted, NetworkService::Done<OperationId> done);
  /// Calls `done` once the operation has ended, or after that time.
  void watch(OperationId operation, Seconds at_most, UniqueFunction<void()> done);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace mainstay::charging
