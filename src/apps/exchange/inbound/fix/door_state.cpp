#include "apps/exchange/inbound/fix/door_state.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace mainstay::exchange::fix {
namespace {

constexpr std::uint8_t version = 2;  // 1 did not know how an order's self-trade is prevented

std::string key_of(std::string_view user_id, std::string_view comp_id) {
  return std::string{user_id}.append("/").append(comp_id);
}

SystemTime read_time(ByteReader& in) { return SystemTime{Micros{in.i64()}}; }

}  // namespace

const ErrorRow& error_row(StateErrc code) {
  static constexpr std::array rows{
      ErrorRow{"fix_state_malformed", "a record of the FIX door's journal is malformed"},
      ErrorRow{"fix_state_version_other",
               "the FIX door's journal was written by another version of this program"},
  };
  return rows[static_cast<std::size_t>(code) - 1];
}

enum class Step::Kind : std::uint8_t {
  session = 1,
  request,
  request_done,
  message,
  reset,
  numbers,
  cancels_at_end,
  order,
  told_up_to,
  dropped
};

ByteWriter Step::item(Kind kind) {
  ByteWriter out{bytes_};
  if (bytes_.empty()) out.u8(version);
  out.u8(static_cast<std::uint8_t>(kind));
  return out;
}

void Step::session(const SessionState& session) {
  ByteWriter out = item(Kind::session);
  out.u32(session.number);
  out.text(session.user_id);
  out.text(session.comp_id);
  out.u64(session.account.get());
}

void Step::request(RequestId id, const Request& request) {
  ByteWriter out = item(Kind::request);
  out.varint(id);
  out.u32(request.session);
  out.varint(request.in_number);
  out.u8(static_cast<std::uint8_t>(request.type));
  out.text(request.client);
  out.text(request.original);
  out.text(request.account);
  out.u8(static_cast<std::uint8_t>(request.scope));
}

void Step::request_done(RequestId id) { item(Kind::request_done).varint(id); }

void Step::message(SessionNumber session, const KeptMessage& message) {
  ByteWriter out = item(Kind::message);
  out.u32(session);
  out.varint(message.number);
  out.i64(message.sent.time_since_epoch().count());
  out.text(message.type);
  out.text(message.body);
}

void Step::reset(SessionNumber session) { item(Kind::reset).u32(session); }

void Step::numbers(SessionNumber session, std::uint64_t next_in, std::uint64_t next_out) {
  ByteWriter out = item(Kind::numbers);
  out.u32(session);
  out.varint(next_in);
  out.varint(next_out);
}

void Step::cancels_at_end(SessionNumber session, bool wanted) {
  ByteWriter out = item(Kind::cancels_at_end);
  out.u32(session);
  out.u8(wanted ? 1 : 0);
}

void Step::dropped(SessionNumber session, std::uint64_t up_to) {
  ByteWriter out = item(Kind::dropped);
  out.u32(session);
  out.varint(up_to);
}

void Step::order(const FixOrder& order) {
  ByteWriter out = item(Kind::order);
  write(out, order);
}

void Step::told_up_to(Sequence sequence) { item(Kind::told_up_to).varint(sequence); }

SessionState* DoorState::find(SessionNumber number) {
  const auto found = sessions.find(number);
  return found == sessions.end() ? nullptr : found->second.get();
}

SessionState* DoorState::find(std::string_view user_id, std::string_view comp_id) {
  const auto found = by_key_.find(key_of(user_id, comp_id));
  return found == by_key_.end() ? nullptr : find(found->second);
}

SessionState& DoorState::add(SessionNumber number, std::string user_id, std::string comp_id,
                             AccountId account) {
  auto session = std::make_unique<SessionState>();
  session->number = number;
  session->user_id = std::move(user_id);
  session->comp_id = std::move(comp_id);
  session->account = account;
  session->memory = SessionMemory{limits_};
  by_key_[key_of(session->user_id, session->comp_id)] = number;
  return *(sessions[number] = std::move(session));
}

void DoorState::on_reset(SessionState& session) {
  session.handed_on = 1;
  for (auto& [id, request] : requests) {
    if (request.session == session.number) request.in_number = 0;
  }
}

Result<> DoorState::apply(Bytes step) {
  ByteReader in{step};
  const std::uint8_t written = in.u8();
  if (written != version) {
    return Error{StateErrc::version_other,
                 "it is of version " + std::to_string(written) + ", this program reads " +
                     std::to_string(version) +
                     ": run the program that wrote it, or begin anew in another data folder"};
  }
  while (in.ok() && !in.at_end()) {
    if (!apply_item(in.u8(), in)) return StateErrc::malformed;
  }
  if (!in.ok()) return StateErrc::malformed;
  return {};
}

bool DoorState::apply_item(std::uint8_t kind, ByteReader& in) {
  const auto item = static_cast<Step::Kind>(kind);
  if (item == Step::Kind::session) {
    const SessionNumber number = in.u32();
    std::string user_id{in.text()};
    std::string comp_id{in.text()};
    add(number, std::move(user_id), std::move(comp_id), AccountId{in.u64()});
    return in.ok();
  }
  if (item == Step::Kind::request) {
    const RequestId id = in.varint();
    Request request;
    request.session = in.u32();
    request.in_number = in.varint();
    request.type = static_cast<char>(in.u8());
    request.client = in.text();
    request.original = in.text();
    request.account = in.text();
    request.scope = static_cast<char>(in.u8());
    next_request = std::max(next_request, id + 1);
    requests[id] = std::move(request);
    return in.ok();
  }
  if (item == Step::Kind::request_done) return requests.erase(in.varint()) == 1 || in.ok();
  if (item == Step::Kind::order) {
    orders.put(read_fix_order(in));
    return in.ok();
  }
  if (item == Step::Kind::told_up_to) {
    told_up_to = in.varint();
    return in.ok();
  }
  SessionState* const session = find(in.u32());
  if (session == nullptr) return false;
  if (item == Step::Kind::message) {
    KeptMessage message;
    message.number = in.varint();
    message.sent = read_time(in);
    message.type = in.text();
    message.body = in.text();
    session->memory.restore(std::move(message));
  } else if (item == Step::Kind::reset) {
    session->memory.reset();
    on_reset(*session);
  } else if (item == Step::Kind::numbers) {
    session->memory.next_in = in.varint();
    session->handed_on = session->memory.next_in;
    session->memory.next_out = in.varint();
  } else if (item == Step::Kind::cancels_at_end) {
    session->cancels_at_end = in.u8() != 0;
  } else if (item == Step::Kind::dropped) {
    session->memory.restore_dropped(in.varint());
  } else {
    return false;
  }
  return in.ok();
}

void DoorState::save(std::string& out) const {
  Step step;
  step.told_up_to(told_up_to);
  for (const auto& [number, session] : sessions) {
    step.session(*session);
    for (const KeptMessage& message : session->memory.kept()) step.message(number, message);
    step.numbers(number, session->handed_on, session->memory.next_out);
    step.cancels_at_end(number, session->cancels_at_end);
    const std::uint64_t dropped = session->memory.dropped_up_to();
    if (dropped != 0) step.dropped(number, dropped);
  }
  for (const auto& [id, request] : requests) step.request(id, request);
  orders.each([&step](const FixOrder& order) { step.order(order); });
  out = step.bytes();
}

}  // namespace mainstay::exchange::fix
