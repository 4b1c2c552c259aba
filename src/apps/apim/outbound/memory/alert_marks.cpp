#include "apps/apim/outbound/memory/alert_marks.hpp"

#include <algorithm>

#include "apps/apim/limits.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

bool has_expired(UnixSeconds at, UnixSeconds now) {
  return at <= now - Limits::alert_mark_life.count();
}

}  // namespace

bool JournaledAlertMarks::mark(std::string_view service_id, std::string_view application_id,
                               int bin, UnixSeconds now) {
  const KeyView key{service_id, application_id, bin};
  auto stripe = stripes_[stripe_of(key)].lock();
  const auto known = stripe->marks.find(key);
  if (known != stripe->marks.end() && !has_expired(known->second.at, now)) return false;
  const std::uint64_t sequence = log_->append(encoded(AlertMarked{
      .service_id = service_id, .application_id = application_id, .bin = bin, .at = now}));
  stripe->put(key, {.at = now, .sequence = sequence});
  return true;
}

bool JournaledAlertMarks::is_marked(std::string_view service_id, std::string_view application_id,
                                    int bin, UnixSeconds now) const {
  const KeyView key{service_id, application_id, bin};
  auto stripe = stripes_[stripe_of(key)].lock();
  const auto known = stripe->marks.find(key);
  return known != stripe->marks.end() && !has_expired(known->second.at, now);
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

std::size_t JournaledAlertMarks::stripe_of(const KeyView& key) {
  return (StringHash{}(key.service_id) * 31 + StringHash{}(key.application_id)) % 64;
}

}  // namespace mainstay::apim
