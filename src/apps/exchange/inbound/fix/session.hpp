#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "apps/exchange/inbound/fix/message.hpp"
#include "apps/exchange/inbound/fix/session_memory.hpp"
#include "base/clock.hpp"

namespace mainstay::exchange::fix {

struct SessionOptions {
  enum class Role : std::uint8_t { acceptor, initiator };
  Role role = Role::acceptor;
  std::string sender;                 // our CompID
  std::string target;                 // theirs
  Seconds heartbeat{30};              // what an initiator asks for
  Seconds heartbeat_max{3'600};       // the most that an acceptor agrees to; the least is 1
  Seconds clock_difference_max{120};  // between SendingTime and our clock
  Seconds logon_timeout{10};          // from the connection's begin
  Seconds logout_timeout{5};          // for the answer to a Logout
  std::size_t resend_bytes_max = 256U << 10U;  // in one go; see continue_resend()
};

/// Both clocks, read once for all that is done together.
struct Now {
  SystemTime wall{};
  SteadyTime steady{};
};

/// What a session wants done, in this order. Whoever calls it clears it.
struct Output {
  std::string wire;     // send; what `memory` holds must be safe first
  bool closes = false;  // then end the connection
  std::string reason;   // of that, for the log
  /// Numbers that were asked for again, and of which application messages are not kept any more:
  /// the client has been told in `wire`; for the log. None: 0.
  std::uint64_t lost_from = 0;
  std::uint64_t lost_to = 0;

  void clear() { *this = {}; }
};

/// One connection's side of the FIX 4.4 session protocol (volume 2 of the specification): logging
/// on and out, numbers without gaps in both directions, resending, heartbeats. What arrives is a
/// Message of MessageReader; what is to leave is in Output. No sockets, no clock: pure, so that
/// dialogues are tests. One thread; lives as long as its connection, `memory` longer.
///
/// A number is taken by each message that was understood or refused with a Reject, in order. A
/// higher one than expected is not processed: the missing ones, and it again, are asked for. A
/// lower one ends the connection unless it says PossDupFlag, when it is ignored.
class Session {
 public:
  Session(SessionOptions options, SessionMemory& memory, Now now);

  /// An initiator's Logon. `reset`: both numbers begin anew.
  void log_on(std::string_view more_fields, bool reset, Now now, Output& output);

  /// True: an application message whose turn it is. An acceptor's first message must be a Logon.
  [[nodiscard]] bool receive(const Message& message, Now now, Output& output);

  /// Sends an application message, or keeps it while older ones are being sent again.
  void send(std::string_view type, std::string body, Now now, Output& output);
  /// Refuses the message that was received last.
  void reject(const Message& message, const Defect& defect, Now now, Output& output);
  /// Says why, and waits a little for the answer.
  void log_out(std::string_view why, Now now, Output& output);
  /// Says why and ends at once.
  void refuse(std::string_view why, Now now, Output& output);

  /// At least once a second: heartbeats and time-outs.
  void tick(Now now, Output& output);
  /// Goes on with a resend that was too long for one go: when what was sent has left.
  void continue_resend(Now now, Output& output);

  [[nodiscard]] bool is_logged_on() const { return phase_ == Phase::logged_on; }
  [[nodiscard]] bool is_over() const { return phase_ == Phase::over; }
  [[nodiscard]] bool is_resending() const { return resend_next_ != 0; }

 private:
  enum class Phase : std::uint8_t { begun, logged_on, logging_out, over };

  [[nodiscard]] bool identify(const Message& message, Now now, Output& output);
  [[nodiscard]] bool receive_numbered(const Message& message, std::uint64_t number, Now now,
                                      Output& output);
  [[nodiscard]] bool take(const Message& message, Now now, Output& output);
  void on_logon(const Message& message, std::uint64_t number, Now now, Output& output);
  void answer_logon(const Message& message, Now now, Output& output);
  void on_too_high(const Message& message, std::uint64_t number, Now now, Output& output);
  void on_too_low(const Message& message, std::uint64_t number, Now now, Output& output);
  void refuse_too_low(std::uint64_t number, Now now, Output& output);
  void on_test_request(const Message& message, Now now, Output& output);
  void on_resend_request(const Message& message, Now now, Output& output);
  void on_sequence_reset(const Message& message, Now now, Output& output);
  void on_logout(Now now, Output& output);
  void ask_for_missing(Now now, Output& output);
  void tell_lost(const Message& request, std::uint64_t first, std::uint64_t last, Now now,
                 Output& output);
  void skip_numbers(std::uint64_t from, std::uint64_t to, Now now, Output& output);
  void send_admin(std::string_view type, std::string_view body, Now now, Output& output);
  void write(std::string_view type, std::string_view body, std::uint64_t number,
             std::optional<SystemTime> first_sent, Now now, Output& output);
  void end(std::string_view reason, Output& output);
  [[nodiscard]] bool is_acceptor() const { return options_.role == SessionOptions::Role::acceptor; }

  SessionOptions options_;
  SessionMemory& memory_;
  Phase phase_ = Phase::begun;
  Seconds heartbeat_;
  SteadyTime sent_at_;
  SteadyTime received_at_;
  SteadyTime asked_at_{};  // for missing messages
  SteadyTime logout_at_{};
  bool tested_ = false;              // a TestRequest waits for any answer
  bool reset_asked_ = false;         // our Logon said ResetSeqNumFlag
  std::uint64_t missing_until_ = 0;  // a message of this number was not processed; 0: none
  std::uint64_t resend_next_ = 0;    // the next to be sent again; 0: none
  std::uint64_t resend_end_ = 0;     // behind the last of them
};

}  // namespace mainstay::exchange::fix
