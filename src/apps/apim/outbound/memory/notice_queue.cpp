#include "apps/apim/outbound/memory/notice_queue.hpp"

#include <algorithm>

namespace mainstay::apim {

void NoticeQueue::add(std::string_view service_id, std::string_view application_id, UnixSeconds at,
                      std::string_view body) {
  add_with(
      {.id = 0, .service_id = service_id, .application_id = application_id, .at = at, .body = body},
      [&](const NoticeAdded& record) { return log_->append(encoded(record)); });
}

std::vector<std::uint64_t> NoticeQueue::ids() const {
  auto state = state_.lock();
  std::vector<std::uint64_t> out;
  out.reserve(state->by_id.size());
  for (const auto& [id, notice] : state->by_id) out.push_back(id);
  return out;
}

std::optional<ConsumerNotice> NoticeQueue::find(std::uint64_t id) const {
  auto state = state_.lock();
  const auto found = state->by_id.find(id);
  if (found == state->by_id.end()) return std::nullopt;
  return found->second;
}

void NoticeQueue::remove(std::uint64_t id) {
  auto state = state_.lock();
  if (!state->by_id.contains(id)) return;
  state->sequence = log_->append(encoded(NoticeRemoved{id}));
  state->by_id.erase(id);
}

std::size_t NoticeQueue::size() const {
  auto state = state_.lock();
  return state->by_id.size();
}

std::uint64_t NoticeQueue::dropped() const {
  auto state = state_.lock();
  return state->dropped;
}

void NoticeQueue::replay(std::uint64_t sequence, const NoticeAdded& record) {
  auto state = state_.lock();
  if (sequence <= state->sequence) return;
  apply(*state, record);
  state->sequence = sequence;
  state->dropped = 0;  // whoever dropped it told of it
}

void NoticeQueue::replay(std::uint64_t sequence, const NoticeRemoved& record) {
  auto state = state_.lock();
  if (sequence <= state->sequence) return;
  state->by_id.erase(record.id);
  state->sequence = sequence;
}

void NoticeQueue::save(std::string& out) const {
  std::string saved;  // so that `out` grows outside of the lock
  {
    auto state = state_.lock();
    ByteWriter writer{saved};
    writer.u64(state->sequence);
    writer.u64(state->id_last);
    writer.varint(state->by_id.size());
    for (const auto& [id, notice] : state->by_id) {
      writer.u64(id);
      writer.text(notice.service_id);
      writer.text(notice.application_id);
      writer.i64(notice.at);
      writer.text(notice.body);
    }
  }
  out.append(saved);
}

Result<> NoticeQueue::load(ByteReader& in) {
  auto state = state_.lock();
  state->sequence = in.u64();
  state->id_last = in.u64();
  const std::uint64_t count = in.varint();
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    ConsumerNotice notice;
    notice.id = in.u64();
    notice.service_id = in.text();
    notice.application_id = in.text();
    notice.at = in.i64();
    notice.body = in.text();
    state->by_id.insert_or_assign(notice.id, std::move(notice));
  }
  const bool is_sound = in.ok() && state->by_id.size() == count &&
                        (count == 0 || state->by_id.rbegin()->first <= state->id_last);
  if (!is_sound) return Error{RecordErrc::snapshot_malformed, "consumers' notices"};
  return {};
}

void NoticeQueue::apply(State& state, const NoticeAdded& record) const {
  state.id_last = std::max(state.id_last, record.id);
  state.by_id.insert_or_assign(record.id,
                               ConsumerNotice{.id = record.id,
                                              .service_id = std::string{record.service_id},
                                              .application_id = std::string{record.application_id},
                                              .at = record.at,
                                              .body = std::string{record.body}});
  for (; state.by_id.size() > notices_max_; ++state.dropped) state.by_id.erase(state.by_id.begin());
}

}  // namespace mainstay::apim
