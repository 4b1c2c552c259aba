#include "apps/apim/outbound/memory/alert_marks.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "apps/apim/limits.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

bool has_expired(UnixSeconds at, UnixSeconds now) {
  return at <= now - Limits::alert_mark_life.count();
}

}  // namespace

bool JournaledAlertMarks::tell_once(std::string_view service_id, std::string_view name, int bin,
                                    UnixSeconds now, const UniqueFunction<Telling()>& telling) {
  const KeyView key{service_id, name, bin};
  auto stripe = stripes_[stripe_of(key)].lock();
  const auto known = stripe->marks.find(key);
  if (known != stripe->marks.end() && !has_expired(known->second.at, now)) return false;
  const AlertMarked mark{.service_id = service_id, .application_id = name, .bin = bin, .at = now};
  stripe->put(key, {.at = now, .sequence = tell(mark, telling())});
  return true;
}

std::uint64_t JournaledAlertMarks::tell(const AlertMarked& mark, const Telling& telling) {
  ToldOnce told{.mark = mark, .event = {}, .notice = {}};
  const EventAdded event{.id = 0, .type = telling.type, .at = mark.at, .object = telling.object};
  const auto append = [&] { return log_->append(encoded(told)); };
  return events_->add_with(event, [&](const EventAdded& numbered) {
    told.event = numbered;
    if (telling.consumer_body.empty()) return append();
    const NoticeAdded notice{.id = 0,
                             .service_id = mark.service_id,
                             .application_id = telling.application_id,
                             .at = mark.at,
                             .body = telling.consumer_body};
    return notices_->add_with(notice, [&](const NoticeAdded& of_consumer) {
      told.notice = of_consumer;
      return append();
    });
  });
}

bool JournaledAlertMarks::is_marked(std::string_view service_id, std::string_view name, int bin,
                                    UnixSeconds now) const {
  const KeyView key{service_id, name, bin};
  auto stripe = stripes_[stripe_of(key)].lock();
  const auto known = stripe->marks.find(key);
  return known != stripe->marks.end() && !has_expired(known->second.at, now);
}

/// Under all locks: a snapshot has either nothing of it or all.
void JournaledAlertMarks::erase_service(std::string_view service_id) {
  std::vector<Locked<Stripe>::Access<Stripe>> locked;
  locked.reserve(stripe_count);
  for (Locked<Stripe>& stripe : stripes_) locked.push_back(stripe.lock());
  const std::uint64_t sequence = log_->append(encoded(MarksErased{service_id}));
  for (auto& stripe : locked) stripe->erase(service_id, sequence);
}

std::uint64_t JournaledAlertMarks::next_alert_id() {
  auto last = alert_id_last_.lock();
  log_->append(encoded(AlertIdTaken{*last + 1}));
  return ++*last;
}

void JournaledAlertMarks::replay(std::uint64_t sequence, const AlertMarked& record) {
  const KeyView key{record.service_id, record.application_id, record.bin};
  auto stripe = stripes_[stripe_of(key)].lock();
  const auto known = stripe->marks.find(key);
  if (known != stripe->marks.end() && known->second.sequence >= sequence) return;
  stripe->put(key, {.at = record.at, .sequence = sequence});
}

void JournaledAlertMarks::replay(std::uint64_t sequence, const MarksErased& record) {
  for (Locked<Stripe>& locked : stripes_) {
    auto stripe = locked.lock();
    stripe->erase(record.service_id, sequence);
  }
}

void JournaledAlertMarks::replay(std::uint64_t, const AlertIdTaken& record) {
  auto last = alert_id_last_.lock();
  *last = std::max(*last, record.id);
}

/// The last alert id; marks, each behind a 1; a 0 ends them.
void JournaledAlertMarks::save(std::string& out) const {
  {
    auto last = alert_id_last_.lock();
    ByteWriter{out}.u64(*last);
  }
  std::string saved;  // so that `out` grows outside of the locks
  for (const Locked<Stripe>& locked : stripes_) {
    saved.clear();
    {
      auto stripe = locked.lock();
      ByteWriter writer{saved};
      for (const auto& entry : stripe->oldest_first) {
        const auto& [key, mark] = *entry;
        writer.u8(1);
        writer.text(key.service_id);
        writer.text(key.application_id);
        writer.u16(static_cast<std::uint16_t>(key.bin));
        writer.i64(mark.at);
        writer.u64(mark.sequence);
      }
    }
    out.append(saved);
  }
  ByteWriter{out}.u8(0);
}

Result<> JournaledAlertMarks::load(ByteReader& in) {
  {
    auto last = alert_id_last_.lock();
    *last = in.u64();
  }
  std::uint8_t more = in.u8();
  for (; more == 1; more = in.u8()) {
    KeyView key;
    key.service_id = in.text();
    key.application_id = in.text();
    key.bin = in.u16();
    Mark mark;
    mark.at = in.i64();
    mark.sequence = in.u64();
    if (!in.ok()) break;
    auto stripe = stripes_[stripe_of(key)].lock();
    stripe->put(key, mark);
  }
  if (!in.ok() || more != 0) return Error{RecordErrc::snapshot_malformed, "alert marks"};
  return {};
}

void JournaledAlertMarks::Stripe::put(const KeyView& key, const Mark& mark) {
  const auto known = marks.find(key);
  if (known != marks.end()) {
    known->second = mark;  // keeps its place in the queue: it leaves late, never early
  } else {
    Key stored{std::string{key.service_id}, std::string{key.application_id}, key.bin};
    oldest_first.push_back(marks.emplace(std::move(stored), mark).first);
  }
  while (has_expired(oldest_first.front()->second.at, mark.at)) {
    marks.erase(oldest_first.front());
    oldest_first.pop_front();
  }
}

void JournaledAlertMarks::Stripe::erase(std::string_view service_id, std::uint64_t sequence) {
  std::erase_if(oldest_first, [&](const Marks::iterator& mark) {
    const bool goes = mark->first.service_id == service_id && mark->second.sequence < sequence;
    if (goes) marks.erase(mark);
    return goes;
  });
}

std::size_t JournaledAlertMarks::stripe_of(const KeyView& key) {
  return (StringHash{}(key.service_id) * 31 + StringHash{}(key.application_id)) % stripe_count;
}

}  // namespace mainstay::apim
