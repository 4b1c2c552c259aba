#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "apps/charging/ports/station_link.hpp"

namespace mainstay::charging {

/// A link for tests: keeps what was asked until the test answers. One thread.
class TestStationLink final : public StationLink {
 public:
  struct Call {
    StationId station{};
    BackendRequest request;
    CallDone done;
  };

  void call(StationId station, BackendRequest request, CallDone done) override {
    if (!is_online(station)) return done(CallFailure{});
    calls.push_back({station, std::move(request), std::move(done)});
  }
  void close(StationId station, std::string_view why) override {
    closed.emplace_back(station, why);
    online.erase(station);
  }
  [[nodiscard]] bool is_online(StationId station) const override {
    return online.contains(station);
  }

  /// Answers the oldest call.
  void answer(CallOutcome outcome) {
    auto call = std::move(calls.front());
    calls.erase(calls.begin());
    call.done(std::move(outcome));
  }

  std::set<StationId> online;
  std::vector<Call> calls;  // unanswered
  std::vector<std::pair<StationId, std::string>> closed;
};

}  // namespace mainstay::charging
