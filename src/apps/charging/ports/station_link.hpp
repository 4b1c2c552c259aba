#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "apps/charging/domain/ocpp_messages.hpp"
#include "apps/charging/fundamental.hpp"
#include "base/unique_function.hpp"

namespace mainstay::charging {

/// Why a call to a station came to nothing.
struct CallFailure {
  enum class Kind : std::uint8_t {
    offline,       // it is not connected, or went before it answered
    timed_out,     // no answer in time; a late one is ignored
    busy,          // too many calls wait for it already
    not_accepted,  // its registration does not admit this call (pending: no remote start or stop)
    refused,       // it answered CALLERROR: `code` and `description` are its own
    bad_answer,    // its answer breaks the protocol
    invalid,       // the call itself breaks a limit of the protocol: nothing was sent
  };
  Kind kind = Kind::offline;
  std::string code = {};         // OCPP's, when refused: "NotSupported"
  std::string description = {};  // for people

  /// Whether the station may have seen the call.
  [[nodiscard]] bool may_have_arrived() const {
    return kind == Kind::timed_out || kind == Kind::refused || kind == Kind::bad_answer ||
           kind == Kind::offline;
  }
};

/// The answer's alternative is the one that belongs to the request's.
using CallOutcome = std::variant<BackendAnswer, CallFailure>;
using CallDone = UniqueFunction<void(CallOutcome)>;

/// What the network needs of the door at which stations are connected. Any thread; never waits.
class StationLink {
 public:
  virtual ~StationLink() = default;

  /// Asks a station. `done` comes once, on any thread, perhaps before call() returns; it must not
  /// block. One call at a time is on its way to a station; others wait in order, a bounded number
  /// of them (limits.hpp), and each has its time limit from the moment it leaves.
  virtual void call(StationId station, BackendRequest request, CallDone done) = 0;

  /// Ends its connection, if it has one, after what has been sent: it will come again.
  virtual void close(StationId station, std::string_view why) = 0;

  [[nodiscard]] virtual bool is_online(StationId station) const = 0;
};

}  // namespace mainstay::charging
