#include "apps/apim/outbound/memory/event_queue.hpp"

#include <algorithm>
#include <iterator>

#include "apps/apim/domain/notices.hpp"

namespace mainstay::apim {

std::uint64_t EventQueue::add(std::string_view type, UnixSeconds at, std::string_view object) {
  std::uint64_t id = 0;
  add_with({.id = 0, .type = type, .at = at, .object = object}, [&](const EventAdded& record) {
    id = record.id;
    return log_->append(encoded(record));
  });
  return id;
}

std::vector<Event> EventQueue::list(std::size_t count_max) const {
  auto state = state_.lock();
  const std::size_t count = std::min(count_max, state->by_id.size());
  std::vector<Event> events;
  events.reserve(count);
  for (auto at = state->by_id.begin(); events.size() < count; ++at) events.push_back(at->second);
  return events;
}

bool EventQueue::remove(std::uint64_t id) {
  auto state = state_.lock();
  if (!state->by_id.contains(id)) return false;
  const EventRemoved record{id};
  state->sequence = log_->append(encoded(record));
  return apply(*state, record);
}

std::size_t EventQueue::remove_upto(std::uint64_t id) {
  auto state = state_.lock();
  if (state->by_id.empty() || state->by_id.begin()->first > id) return 0;
  const EventsRemovedUpto record{id};
  state->sequence = log_->append(encoded(record));
  return apply(*state, record);
}

std::size_t EventQueue::size() const {
  auto state = state_.lock();
  return state->by_id.size();
}

void EventQueue::replay(std::uint64_t sequence, const UsageCharged& record) {
  if (!record.rider.firsts) return;
  auto state = state_.lock();
  if (sequence <= state->sequence) return;
  apply(*state, record.charges, record.now, *record.rider.firsts);
  state->sequence = sequence;
}

void EventQueue::replay(std::uint64_t sequence, const EventAdded& record) {
  replay_in_order(sequence, record);
}

void EventQueue::replay(std::uint64_t sequence, const EventRemoved& record) {
  replay_in_order(sequence, record);
}

void EventQueue::replay(std::uint64_t sequence, const EventsRemovedUpto& record) {
  replay_in_order(sequence, record);
}

void EventQueue::save(std::string& out) const {
  std::string saved;  // so that `out` grows outside of the lock
  {
    auto state = state_.lock();
    ByteWriter writer{saved};
    writer.u64(state->sequence);
    writer.u64(state->id_last);
    writer.varint(state->by_id.size());
    for (const auto& [id, event] : state->by_id) {
      writer.u64(id);
      writer.text(event.type);
      writer.i64(event.at);
      writer.text(event.object);
    }
  }
  out.append(saved);
}

Result<> EventQueue::load(ByteReader& in) {
  auto state = state_.lock();
  state->sequence = in.u64();
  state->id_last = in.u64();
  const std::uint64_t count = in.varint();
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    Event event;
    event.id = in.u64();
    event.type = in.text();
    event.at = in.i64();
    event.object = in.text();
    state->by_id.insert_or_assign(event.id, std::move(event));
  }
  const bool is_sound = in.ok() && state->by_id.size() == count &&
                        (count == 0 || state->by_id.rbegin()->first <= state->id_last);
  if (!is_sound) return Error{RecordErrc::snapshot_malformed, "events"};
  return {};
}

void EventQueue::apply(State& state, const EventAdded& record) const {
  state.id_last = std::max(state.id_last, record.id);
  state.by_id.insert_or_assign(record.id, Event{.id = record.id,
                                                .type = std::string{record.type},
                                                .at = record.at,
                                                .object = std::string{record.object}});
  while (state.by_id.size() > events_max_) state.by_id.erase(state.by_id.begin());
}

void EventQueue::apply(State& state, std::span<const Charge> charges, UnixSeconds now,
                       const FirstsTold& told) const {
  std::uint64_t id = told.event_id;
  for (const FirstTraffic& one : told.firsts) {
    const Subject& subject = charges[one.charge].subject;
    const std::string object = traffic_object(subject.service_id, subject.application_id, now);
    const std::string_view type = one.of_day ? "first_daily_traffic" : "first_traffic";
    apply(state, {.id = id++, .type = type, .at = now, .object = object});
  }
}

bool EventQueue::apply(State& state, const EventRemoved& record) {
  return state.by_id.erase(record.id) > 0;
}

std::size_t EventQueue::apply(State& state, const EventsRemovedUpto& record) {
  const std::size_t before = state.by_id.size();
  state.by_id.erase(state.by_id.begin(), state.by_id.upper_bound(record.id));
  return before - state.by_id.size();
}

template <class R>
void EventQueue::replay_in_order(std::uint64_t sequence, const R& record) {
  auto state = state_.lock();
  if (sequence <= state->sequence) return;
  apply(*state, record);
  state->sequence = sequence;
}

}  // namespace mainstay::apim
