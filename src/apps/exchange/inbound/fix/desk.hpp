#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "apps/exchange/domain/listing.hpp"
#include "apps/exchange/inbound/fix/door_state.hpp"
#include "apps/exchange/inbound/fix/message.hpp"
#include "apps/exchange/inbound/fix/reports.hpp"
#include "base/clock.hpp"

namespace mainstay::exchange::fix {

/// What a desk wants done, each list in its order.
struct DeskOutput {
  /// A message that is refused with a Reject (3).
  struct Rejected {
    std::string raw;
    Defect defect;
  };
  struct Submission {
    RequestId id = 0;
    CommandBody body;
  };
  std::vector<std::variant<Outgoing, Rejected>> answers;
  std::vector<Submission> submissions;
};

/// Carries out a session's application messages in their order. Commands go to the venue without
/// waiting for each other; whatever can only be answered, or understood, behind the answers to
/// those before it waits for them: so answers come in the order of the questions, and an order may
/// be canceled before the venue has said that it has it. Pure; one thread; lives as long as the
/// door, connected or not.
class Desk {
 public:
  Desk(DoorState& door, SessionState& session) : door_(door), session_(session) {}

  /// A message whose turn it is in the session.
  void take(const Message& message, const Listings& listings, SystemTime now, DeskOutput& output);
  /// The venue's answer to that request has been told. False: it was none of ours.
  bool on_answered(RequestId id, const Listings& listings, SystemTime now, DeskOutput& output);
  /// The connection has ended, and no order may come behind that: those that wait for their turn
  /// are refused when it comes. What else waits goes on, it makes no order.
  void refuse_waiting_orders();
  /// The venue could not take it.
  void on_busy(RequestId id, const Listings& listings, SystemTime now, DeskOutput& output);

  /// How many have been taken and not been answered.
  [[nodiscard]] std::size_t waiting() const { return tasks_.size(); }
  /// The lowest number of those; 0: none, or none that counts since a reset.
  [[nodiscard]] std::uint64_t oldest_number() const;
  /// The session's numbers began anew.
  void on_reset();

 private:
  struct Task {
    std::uint64_t in_number = 0;
    std::string raw;        // of a message that waits for its turn
    RequestId request = 0;  // that the venue has
    bool busy = false;      // or could not take
    bool late = false;      // whose connection has ended: no order is made of it
  };
  struct Turn {
    const Message& message;
    const Listings& listings;
    SystemTime now;
    bool alone = false;  // all before it have been answered
    DeskOutput& output;
  };
  enum class Step : std::uint8_t { answered, submitted, not_yet };

  void go_on(const Listings& listings, SystemTime now, DeskOutput& output);
  Step run(const Turn& turn, Task& task);
  Step place(const Turn& turn, Task& task);
  Step change(const Turn& turn, Task& task);
  Step mass_cancel(const Turn& turn, Task& task);
  Step status(const Turn& turn);
  Step mass_status(const Turn& turn);
  Step submit(const Turn& turn, Task& task, CommandBody body);
  Step answer(const Turn& turn, std::string_view type, std::string body);
  Step reject(const Turn& turn, const Defect& defect);
  [[nodiscard]] std::string exec_id(SystemTime now);

  DoorState& door_;
  SessionState& session_;
  std::deque<Task> tasks_;     // the oldest first
  std::size_t parked_ = 0;     // of them, wait for their turn
  std::uint64_t reports_ = 0;  // that were numbered here
};

}  // namespace mainstay::exchange::fix
