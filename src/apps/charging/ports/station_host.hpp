#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "apps/charging/domain/ocpp_messages.hpp"
#include "apps/charging/fundamental.hpp"
#include "base/clock.hpp"
#include "base/unique_function.hpp"

namespace mainstay::charging {

/// What the network knows of a station that asks to connect.
struct KnownStation {
  StationId id{};
  /// As last answered to a BootNotification; none: it never sent one that was kept. A station that
  /// was accepted before is accepted when it connects again (errata 3.8).
  std::optional<ocpp::RegistrationStatus> registration = {};
  std::string vendor = {};  // of its last BootNotification: what its firmware is forgiven
  std::string model = {};
  std::string firmware = {};
};

/// How a station is connected.
struct LinkFacts {
  std::string identity = {};  // as it named itself, decoded
  std::string peer = {};      // its address, without port
  std::uint8_t security_profile = 0;
  bool compressed = false;
  SystemTime at{};
};

/// The number of a connection; a later one of the same station has a greater one.
using LinkNumber = Strong<struct LinkNumberTag, std::uint64_t>;

/// What the door at which stations connect needs of the network. Any thread; never waits.
class StationHost {
 public:
  /// To be called once, on any thread, when the reply may leave: what it says is durable. The
  /// answer's alternative is the one that belongs to the request's. A station that has gone by then
  /// is no mistake.
  using Reply = UniqueFunction<void(std::variant<StationAnswer, ocpp::CallError>)>;

  virtual ~StationHost() = default;

  /// The station of this identity (case counts); none: unknown or retired.
  [[nodiscard]] virtual std::optional<KnownStation> find(std::string_view identity) const = 0;

  /// It is connected: before its first handle(). The newest connection counts.
  virtual void connected(StationId station, LinkNumber link, LinkFacts facts) = 0;
  /// That connection has ended. May come after the next one's connected().
  virtual void disconnected(StationId station, LinkNumber link) = 0;

  /// A call of a station, checked, in the order in which it made them. A few of a connection may
  /// be unanswered (a station should wait, and some do not); answers may come in any order.
  virtual void handle(StationId station, StationRequest request, SystemTime received_at,
                      Reply reply) = 0;
};

}  // namespace mainstay::charging
