#include "apps/charging/inbound/ocpp/station_session.hpp"

#include <algorithm>
#include <utility>

#include "apps/charging/inbound/ocpp/codec.hpp"
#include "apps/charging/inbound/ocpp/json_walk.hpp"
#include "apps/charging/inbound/ocpp/limits.hpp"
#include "apps/charging/inbound/ocpp/tables.hpp"
#include "base/text.hpp"

namespace mainstay::charging::ocpp {

/// Ours: one under way, others behind it.
struct StationSession::Calls {
  struct Waiting {
    std::string payload;
    std::uint8_t action;
    CallDone done;
  };
  UnderWay under_way;
  std::deque<Waiting> waiting;
};

namespace {

using Fault = FrameReading::Fault;

constexpr std::string_view boot_action = "BootNotification";

CallError complaint(Fault fault) {
  switch (fault) {
    case Fault::bad_id:
      return {CallErrorCode::formation_violation,
              "the message id must be a string of 1 to 36 characters"};
    case Fault::bad_shape:
      return {CallErrorCode::formation_violation, "a call is [2, id, action, payload]"};
    case Fault::incomplete:
      return {CallErrorCode::protocol_error, "a part of [2, id, action, payload] is missing"};
    default:
      return {CallErrorCode::formation_violation, "this is no JSON array of OCPP-J"};
  }
}

template <class T>
std::size_t action_bit(std::string_view name, T actions) {
  const auto found = std::ranges::find(actions, name, &Action::name);
  return static_cast<std::size_t>(found - actions.begin());
}

/// Of all connectors: several messages come.
bool asks_for_several(const BackendRequest& request) {
  if (const auto* const one = std::get_if<TriggerMessage>(&request)) {
    return !one->connector_id && (one->requested_message == MessageTrigger::meter_values ||
                                  one->requested_message == MessageTrigger::status_notification);
  }
  const auto* const one = std::get_if<ExtendedTriggerMessage>(&request);
  return one != nullptr && !one->connector_id &&
         (one->requested_message == ExtendedTrigger::meter_values ||
          one->requested_message == ExtendedTrigger::status_notification);
}

/// What a station will call because of it; none of ours otherwise.
std::string_view triggered_action(const BackendRequest& request) {
  if (const auto* const one = std::get_if<TriggerMessage>(&request)) {
    constexpr std::string_view names[] = {boot_action,
                                          "DiagnosticsStatusNotification",
                                          "FirmwareStatusNotification",
                                          "Heartbeat",
                                          "MeterValues",
                                          "StatusNotification"};
    return names[static_cast<std::size_t>(one->requested_message)];
  }
  if (const auto* const one = std::get_if<ExtendedTriggerMessage>(&request)) {
    constexpr std::string_view names[] = {
        boot_action,   "LogStatusNotification", "FirmwareStatusNotification", "Heartbeat",
        "MeterValues", "SignCertificate",       "StatusNotification"};
    return names[static_cast<std::size_t>(one->requested_message)];
  }
  return {};
}

}  // namespace

StationSession::StationSession(SessionPeers& peers, const KnownStation& station, LinkNumber link)
    : peers_(peers),
      station_(station.id),
      link_(link),
      registered_(station.registration ? static_cast<Registered>(*station.registration)
                                       : Registered::never),
      tolerance_(peers.tolerances.of({station.vendor, station.model, station.firmware})) {}

StationSession::~StationSession() = default;

// --- What the station says

void StationSession::on_text(std::string_view text, SystemTime at) {
  const auto reading = read_frame(text);
  const auto& frame = reading.frame;
  if (reading.fault == Fault::not_json || reading.fault == Fault::unknown_type) {
    return on_bad_frame(reading);
  }
  if (frame.kind != Frame::Kind::call) return on_reply(frame, reading.fault == Fault::none, at);
  if (reading.fault != Fault::none) return on_bad_frame(reading);
  bad_frames_ = 0;
  on_call(frame, at);
}

/// A message of a type that is none of 1.6's is ignored (4.1.3); what cannot be read is answered,
/// since the station may wait for it.
void StationSession::on_bad_frame(const FrameReading& reading) {
  ++peers_.counters.bad_frames;
  if (++bad_frames_ > bad_frames_max) return flood("too much that is no OCPP-J");
  if (reading.fault != Fault::unknown_type) refuse(reading.frame.id, complaint(reading.fault));
}

void StationSession::flood(std::string_view why) {
  ++peers_.counters.floods;
  close(ws::CloseCode::policy_violation, why);
}

/// Whether the id is a new one. One that comes again while a call is unanswered is that call sent
/// again: its answer is on the way.
bool StationSession::note_id(const Frame& frame) {
  if (seen_.insert(sip_hash(peers_.ids, as_bytes(frame.id)).first)) return true;
  if (tolerance_.repeated_ids) return true;
  ++peers_.counters.repeated_ids;
  if (unanswered_ == 0) {
    refuse(frame.id, {CallErrorCode::protocol_error, "this message id has been used before"});
  }
  return false;
}

/// Before it is accepted a station may say no more than we ask it to (errata 3.8): once, or for
/// a while when it was asked of all connectors (OCPP 1.6, 5.17).
bool StationSession::may_call(std::string_view action, SystemTime at) {
  if (registered_ == Registered::accepted || action == boot_action) return true;
  const auto bit = action_bit(action, station_actions());
  if (registered_ != Registered::pending || bit == station_actions().size()) return false;
  const auto mask = std::uint32_t{1} << bit;
  if (at >= several_until_) several_ = 0;
  if ((triggered_.fetch_and(~mask) & mask) == 0) return (several_ & mask) != 0;
  if ((triggered_several_.fetch_and(~mask) & mask) != 0) {
    several_ |= mask;
    several_until_ = at + triggered_span;
  }
  return true;
}

void StationSession::on_call(const Frame& frame, SystemTime at) {
  ++peers_.counters.calls_in;
  if (!note_id(frame)) return;
  if (!may_call(frame.action, at)) {
    return refuse(frame.id, {CallErrorCode::security_error,
                             "not accepted: send BootNotification, and nothing else before"});
  }
  if (frame.action == boot_action) note_firmware(frame.payload, at);
  auto decoded = read_station_request(frame.action, frame.payload, {tolerance_, at});
  if (const auto* const error = std::get_if<CallError>(&decoded)) return refuse(frame.id, *error);
  if (unanswered_ >= calls_unanswered_max) return flood("too many calls before an answer");
  hand_over(std::get<StationRequest>(std::move(decoded)), frame.id, at);
}

/// A BootNotification says whose firmware it is, and so what is forgiven in itself already.
void StationSession::note_firmware(std::string_view payload, SystemTime at) {
  const auto decoded = read_station_request(boot_action, payload, {all_tolerance, at});
  const auto* const request = std::get_if<StationRequest>(&decoded);
  if (request == nullptr) return;
  const auto& boot = std::get<BootNotification>(*request);
  FirmwareName name{boot.charge_point_vendor, boot.charge_point_model};
  if (boot.firmware_version) name.firmware = *boot.firmware_version;
  tolerance_ = peers_.tolerances.of(name);
}

void StationSession::hand_over(StationRequest request, std::string id, SystemTime at) {
  ++unanswered_;
  peers_.host.handle(station_, std::move(request), at,
                     [self = shared_from_this(), id = std::move(id)](auto outcome) {
                       --self->unanswered_;
                       self->answer(id, std::move(outcome));
                     });
}

void StationSession::answer(const std::string& id, std::variant<StationAnswer, CallError> outcome) {
  if (const auto* const error = std::get_if<CallError>(&outcome)) return refuse(id, *error);
  const auto& answer = std::get<StationAnswer>(outcome);
  std::string payload;
  if (const auto wrong = append_payload(payload, answer)) {
    return refuse(id, {CallErrorCode::internal_error, wrong->description});
  }
  if (const auto* const boot = std::get_if<BootNotificationAnswer>(&answer)) {
    registered_ = static_cast<Registered>(boot->status);
  }
  std::string frame;
  frame.reserve(payload.size() + id.size() + 8);
  append_result(frame, id, payload);
  peer_.send(ws::Message::text(frame));
}

void StationSession::refuse(const std::string& id, const CallError& error) {
  ++peers_.counters.calls_refused;
  std::string frame;
  std::string_view description = error.description;
  if (description.size() > description_characters_max) {
    description = first_characters(description, description_characters_max);
  }
  append_error(frame, id, wire_name(error.code), description);
  peer_.send(ws::Message::text(frame));
}

// --- What we ask

std::optional<CallFailure> StationSession::obstacle(const BackendRequest& request) const {
  const auto registered = registered_.load();
  if (registered == Registered::accepted) return std::nullopt;
  const bool remote = std::holds_alternative<RemoteStartTransaction>(request) ||
                      std::holds_alternative<RemoteStopTransaction>(request);
  if (registered == Registered::pending && !remote) return std::nullopt;
  return CallFailure{CallFailure::Kind::not_accepted,
                     {},
                     registered == Registered::pending
                         ? "its registration is pending: no remote start or stop"
                         : "the station is not accepted"};
}

/// A pending station may then say it.
void StationSession::note_trigger(const BackendRequest& request) {
  const auto bit = action_bit(triggered_action(request), station_actions());
  if (bit == station_actions().size()) return;
  const auto mask = std::uint32_t{1} << bit;
  if (asks_for_several(request)) triggered_several_ |= mask;
  triggered_ |= mask;
}

void StationSession::call(BackendRequest request, CallDone done) {
  if (auto failure = obstacle(request)) return done(std::move(*failure));
  std::string payload;
  if (const auto wrong = append_payload(payload, request)) {
    return done(CallFailure{CallFailure::Kind::invalid, {}, wrong->description});
  }
  note_trigger(request);
  const auto action = static_cast<std::uint8_t>(request.index());
  std::uint32_t number = 0;
  auto failed = CallFailure::Kind::invalid;  // none yet
  {
    const SmallMutexLock lock{mutex_};
    if (ended_) {
      failed = CallFailure::Kind::offline;
    } else if (!calls_) {
      calls_ = std::make_unique<Calls>();
      number = ++last_call_;
      calls_->under_way = {number, action, std::move(done)};
    } else if (calls_->waiting.size() >= calls_waiting_max) {
      failed = CallFailure::Kind::busy;
    } else {
      calls_->waiting.push_back({std::move(payload), action, std::move(done)});
    }
  }
  if (failed == CallFailure::Kind::offline) return done(CallFailure{failed, {}, "it has gone"});
  if (failed == CallFailure::Kind::busy) {
    return done(CallFailure{failed, {}, "too many calls wait for the station"});
  }
  if (number == 0) return;  // it waits
  std::string frame;
  append_call(frame, std::to_string(number), backend_actions()[action].name, payload);
  send_next(frame, number);
}

void StationSession::send_next(std::string_view frame, std::uint32_t number) {
  if (number == 0) return;
  ++peers_.counters.calls_out;
  peer_.send(ws::Message::text(frame));
  peers_.called(shared_from_this(), number);
}

/// The call under way, if it is that one; the next one takes its place.
std::optional<StationSession::UnderWay> StationSession::take(std::uint32_t number,
                                                             std::string& next_frame,
                                                             std::uint32_t& next_number) {
  const SmallMutexLock lock{mutex_};
  if (!calls_ || calls_->under_way.number != number) return std::nullopt;
  auto taken = std::move(calls_->under_way);
  if (calls_->waiting.empty()) {
    calls_.reset();
    return taken;
  }
  auto next = std::move(calls_->waiting.front());
  calls_->waiting.pop_front();
  next_number = ++last_call_;
  append_call(next_frame, std::to_string(next_number), backend_actions()[next.action].name,
              next.payload);
  calls_->under_way = {next_number, next.action, std::move(next.done)};
  return taken;
}

void StationSession::on_reply(const Frame& frame, bool readable, SystemTime at) {
  const auto number = parse_u64(frame.id).value_or(0);
  std::string next_frame;
  std::uint32_t next = 0;
  auto call = number == 0 || number > UINT32_MAX
                  ? std::nullopt
                  : take(static_cast<std::uint32_t>(number), next_frame, next);
  if (!call) {
    ++peers_.counters.replies_ignored;
    return;
  }
  bad_frames_ = 0;
  send_next(next_frame, next);
  if (!readable) {
    return call->done(
        CallFailure{CallFailure::Kind::bad_answer, {}, "an answer that is none of OCPP-J"});
  }
  if (frame.kind == Frame::Kind::error) {
    const auto code = parse_call_error_code(frame.code);
    return call->done(
        CallFailure{CallFailure::Kind::refused, std::string{code ? wire_name(*code) : frame.code},
                    std::string{first_characters(frame.description, description_characters_max)}});
  }
  auto decoded = read_backend_answer(call->action, frame.payload, {tolerance_, at});
  if (auto* const error = std::get_if<CallError>(&decoded)) {
    return call->done(CallFailure{CallFailure::Kind::bad_answer,
                                  std::string{wire_name(error->code)},
                                  std::move(error->description)});
  }
  call->done(std::get<BackendAnswer>(std::move(decoded)));
}

void StationSession::expire(std::uint32_t number) {
  std::string next_frame;
  std::uint32_t next = 0;
  auto call = take(number, next_frame, next);
  if (!call) return;
  ++peers_.counters.calls_timed_out;
  send_next(next_frame, next);
  call->done(CallFailure{CallFailure::Kind::timed_out, {}, "no answer in time"});
}

void StationSession::end() {
  std::unique_ptr<Calls> left;
  {
    const SmallMutexLock lock{mutex_};
    ended_ = true;
    left = std::move(calls_);
  }
  if (!left) return;
  const auto fail = [](const CallDone& done) {
    done(CallFailure{CallFailure::Kind::offline, {}, "the connection ended before the answer"});
  };
  fail(left->under_way.done);
  for (const auto& one : left->waiting) fail(one.done);
}

}  // namespace mainstay::charging::ocpp
