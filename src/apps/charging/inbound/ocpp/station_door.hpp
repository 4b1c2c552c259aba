#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "apps/charging/inbound/ocpp/station_gate.hpp"
#include "apps/charging/inbound/ocpp/tolerance.hpp"
#include "apps/charging/ports/station_host.hpp"
#include "apps/charging/ports/station_link.hpp"
#include "base/clock.hpp"
#include "platform/http/router.hpp"

namespace mainstay::charging::ocpp {

struct DoorOptions {
  Millis call_timeout{30'000};  // for a station's answer to a call of ours
  Millis ping_interval{60'000};
  Millis pong_timeout{20'000};
  std::size_t message_bytes_max = 256U << 10U;
  bool compress = true;  // permessage-deflate with stations that offer it
  ToleranceTable tolerances = {};
};

/// Where stations connect by OCPP-J 1.6 over WebSocket. One door serves any number of listeners,
/// each with a security profile of its own. Life: construct, handler() for each route, the web
/// servers run, they stop. Any thread.
class StationDoor final : public StationLink {
 public:
  /// All of it outlives the door.
  StationDoor(StationHost& host, StationGate& gate, const Clock& clock, DoorOptions options);
  ~StationDoor() override;

  /// For GET of a path that ends in {identity}. Answers 404 `station_unknown`, 401
  /// `station_unauthorized`, 403 `security_profile`, 503 `stations_busy`, what ws::upgrade() says,
  /// or 101: without ocpp1.6 among the offered subprotocols the connection is closed right away.
  http::Handler handler(std::uint8_t profile);

  void call(StationId station, BackendRequest request, CallDone done) override;
  void close(StationId station, std::string_view why) override;
  [[nodiscard]] bool is_online(StationId station) const override;

  /// Calls whose time is over fail. Several times a second.
  void sweep();

  struct Stats {
    std::uint64_t connections = 0;  // open now
    std::uint64_t replaced = 0;     // by a newer one of the same station
    std::uint64_t refused = 0;      // handshakes
    std::uint64_t calls_in = 0;
    std::uint64_t calls_refused = 0;
    std::uint64_t bad_frames = 0;
    std::uint64_t repeated_ids = 0;
    std::uint64_t calls_out = 0;
    std::uint64_t calls_timed_out = 0;
    std::uint64_t replies_ignored = 0;
    std::uint64_t floods = 0;
  };
  [[nodiscard]] Stats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::charging::ocpp
