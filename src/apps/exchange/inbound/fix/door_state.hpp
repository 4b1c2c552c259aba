#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "apps/exchange/inbound/fix/order_table.hpp"
#include "apps/exchange/inbound/fix/reports.hpp"
#include "apps/exchange/inbound/fix/session_memory.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"

namespace mainstay::exchange::fix {

enum class StateErrc : std::uint8_t {
  malformed = 1,  // a record's checksum holds by then, so it is a version of ours, not damage
  version_other,  // written by a program of before or of later
};
const ErrorRow& error_row(StateErrc code);

/// A session: of a user and the CompID that the user's program has.
struct SessionState {
  SessionNumber number = 0;
  std::string user_id;
  std::string comp_id;
  AccountId account{};
  SessionMemory memory;
  /// At most memory.next_in: what came below it has been answered, or is in the venue's journal.
  /// What is stored as the number expected next.
  std::uint64_t handed_on = 1;
  /// Its orders are to be canceled when its connection ends, and nobody has seen to that yet.
  bool cancels_at_end = false;
};

using RequestId = std::uint64_t;  // from 1, never given twice

/// All that the FIX door must not forget: sessions with their numbers and what they were sent,
/// their orders, and what they asked for that the venue has not answered. Pure; one thread.
class DoorState {
 public:
  explicit DoorState(SessionMemory::Limits limits = {}) : limits_(limits) {}

  std::map<SessionNumber, std::unique_ptr<SessionState>> sessions;
  OrderTable orders;
  std::map<RequestId, Request> requests;
  Sequence told_up_to = 0;  // of the venue's commands
  RequestId next_request = 1;

  /// Null for none.
  [[nodiscard]] SessionState* find(SessionNumber number);
  [[nodiscard]] SessionState* find(std::string_view user_id, std::string_view comp_id);
  SessionState& add(SessionNumber number, std::string user_id, std::string comp_id,
                    AccountId account);

  /// The numbers of the session's memory have begun anew.
  void on_reset(SessionState& session);

  /// Carries out what a Step wrote.
  Result<> apply(Bytes step);
  /// All of it, as one step.
  void save(std::string& out) const;

 private:
  bool apply_item(std::uint8_t kind, ByteReader& in);

  SessionMemory::Limits limits_;
  std::unordered_map<std::string, SessionNumber> by_key_;
};

/// Changes of a DoorState as bytes: a record of its journal, which counts wholly or not at all. Its
/// bytes: u8 version, then items of u8 kind and fields.
class Step {
 public:
  void session(const SessionState& session);
  void request(RequestId id, const Request& request);
  void request_done(RequestId id);
  void message(SessionNumber session, const KeptMessage& message);
  void reset(SessionNumber session);
  /// The number expected next, which covers what was handed on alone, and the number given next.
  void numbers(SessionNumber session, std::uint64_t next_in, std::uint64_t next_out);
  void cancels_at_end(SessionNumber session, bool wanted);
  /// SessionMemory::dropped_up_to().
  void dropped(SessionNumber session, std::uint64_t up_to);
  void order(const FixOrder& order);
  void told_up_to(Sequence sequence);

  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  void clear() { bytes_.clear(); }

 private:
  enum class Kind : std::uint8_t;
  friend class DoorState;
  ByteWriter item(Kind kind);

  std::string bytes_;
};

}  // namespace mainstay::exchange::fix
