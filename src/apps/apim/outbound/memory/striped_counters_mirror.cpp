// What the mirror asks of the counters; the rest is in striped_counters.cpp.
#include <algorithm>
#include <utility>

#include "apps/apim/outbound/memory/striped_counters.hpp"

namespace mainstay::apim {
namespace {

// So much of a stripe is gone through under its lock at once: some ten microseconds.
constexpr std::size_t taken_at_once = 8;
constexpr std::size_t purged_at_once = 64;
constexpr std::size_t buckets_at_once = 128;

}  // namespace

bool StripedCounters::take_changes(std::size_t rows_min, Changes& out) {
  for (; pass_.stripe < stripe_count; ++pass_.stripe, pass_.has_list = false) {
    Slot& slot = (*stripes_)[pass_.stripe];
    if (!pass_.has_list) {
      auto stripe = slot.lock();
      pass_.list.swap(stripe->changed);
      pass_.has_list = true;
    }
    while (!pass_.list.empty()) {
      if (out.rows.size() >= rows_min) return true;
      auto stripe = slot.lock();
      auto pending = pending_.lock();
      for (std::size_t i = 0; i < taken_at_once && !pass_.list.empty(); ++i) {
        Entry& entry = *pass_.list.back();
        pass_.list.pop_back();
        const bool is_waiting = pending->contains(entry.first.service->id);
        if (is_waiting && !entry.first.service->is_erased) {
          stripe->changed.push_back(&entry);  // listed still, for the next pass
        } else {
          entry.second.is_listed = false;
          if (!entry.first.service->is_erased) take_changes(entry, out);
          if (entry.second.is_listed) stripe->changed.push_back(&entry);
        }
      }
    }
  }
  pass_.stripe = 0;
  return false;
}

void StripedCounters::take_changes(Entry& entry, Changes& out) {
  const auto& [key, application] = entry;
  for (Metric& metric : entry.second.metrics) {
    taken_.clear();
    metric.counter.take_changes(taken_);
    for (const MetricCounter::Change& change : taken_) {
      auto& to = change.is_partial ? out.partial : out.rows;
      to.push_back({key.service->id, key.application_id, *metric.id, change.period, change.begin,
                    change.value});
      if (change.is_partial) entry.second.is_listed = true;  // until it is whole
    }
  }
}

void StripedCounters::restore(const UsageRow& base) {
  const Hashed subject{{base.service_id, base.application_id}};
  auto stripe = (*stripes_)[subject.stripe()].lock();
  const auto found = stripe->applications.find(subject);
  if (found == stripe->applications.end()) return;
  Application& application = found->second;
  const MetricCounter* counter = application.find(base.metric_id);
  if (counter == nullptr || !counter->is_partial(base.period, base.begin)) return;
  application.sequence = log_->append(encoded(WindowRestored{
      base.service_id, base.application_id, base.metric_id, base.period, base.begin, base.value}));
  const_cast<MetricCounter*>(counter)->restore(base.period, base.begin, base.value);
  stripe->list(*found);
}

void StripedCounters::replay(std::uint64_t sequence, const WindowRestored& record) {
  const Hashed subject{{record.service_id, record.application_id}};
  auto stripe = (*stripes_)[subject.stripe()].lock();
  const auto found = stripe->applications.find(subject);
  if (found == stripe->applications.end() || found->second.sequence >= sequence) return;
  found->second.sequence = sequence;
  // Recovered from a snapshot that still had the window, it is whole: then this changes nothing.
  const MetricCounter* counter = found->second.find(record.metric_id);
  if (counter != nullptr) {
    const_cast<MetricCounter*>(counter)->restore(record.period, record.begin, record.base);
  }
}

void StripedCounters::let_go(UnixSeconds now) {
  const UnixSeconds until = let_go_until(now);
  if (until <= 0) return;
  for (Slot& slot : *stripes_) {
    std::size_t bucket_count = 1;
    for (std::size_t bucket = 0; bucket < bucket_count; bucket += buckets_at_once) {
      auto stripe = slot.lock();
      // Re-hashed meanwhile, some are not seen: the next time.
      bucket_count = stripe->applications.bucket_count();
      stripe->let_go(bucket, std::min(bucket + buckets_at_once, bucket_count), until);
    }
  }
}

void StripedCounters::Stripe::let_go(std::size_t bucket_begin, std::size_t bucket_end,
                                     UnixSeconds until) {
  for (std::size_t bucket = bucket_begin; bucket < bucket_end; ++bucket) {
    for (auto at = applications.begin(bucket); at != applications.end(bucket); ++at) {
      bool longer_went = false;
      for (Metric& metric : at->second.metrics) {
        longer_went = metric.counter.let_go(until) || longer_went;
      }
      const auto hours = static_cast<std::uint32_t>(until / 3'600);
      if (longer_went) at->second.let_go_hours = std::max(at->second.let_go_hours, hours);
    }
  }
}

std::vector<StripedCounters::Erasure> StripedCounters::pending_erasures() const {
  std::vector<Erasure> out;
  auto pending = pending_.lock();
  for (const auto& [service_id, sequence] : *pending) out.push_back({service_id, sequence});
  return out;
}

bool StripedCounters::is_erasure_pending(std::string_view service_id) const {
  auto pending = pending_.lock();
  return pending->contains(service_id);
}

void StripedCounters::history_erased(const Erasure& erasure) {
  auto pending = pending_.lock();
  const auto found = pending->find(erasure.service_id);
  if (found == pending->end() || found->second != erasure.sequence) return;  // erased again
  log_->append(encoded(HistoryErased{erasure.service_id, erasure.sequence}));
  pending->erase(found);
}

void StripedCounters::replay(std::uint64_t, const HistoryErased& record) {
  auto pending = pending_.lock();
  const auto found = pending->find(record.service_id);
  if (found != pending->end() && found->second == record.erasure) pending->erase(found);
}

bool StripedCounters::purge_some() {
  bool none_left = true;
  for (Slot& slot : *stripes_) {
    auto stripe = slot.lock();
    none_left = stripe->purge_some(purged_at_once) && none_left;
  }
  return none_left;
}

bool StripedCounters::Stripe::purge_some(std::size_t applications_max) {
  for (const auto& service : erased) {
    std::vector<const Key*>& keys = service->applications;
    for (std::size_t i = keys.size(); i-- > 0 && applications_max > 0;) {
      const auto application = applications.find(*keys[i]);
      if (application->second.is_listed) continue;  // the mirror has yet to pass by
      applications.erase(application);
      keys[i] = keys.back();
      keys.pop_back();
      --applications_max;
    }
  }
  std::erase_if(erased, [](const auto& service) { return service->applications.empty(); });
  return erased.empty();
}

}  // namespace mainstay::apim
