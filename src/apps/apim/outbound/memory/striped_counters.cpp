#include "apps/apim/outbound/memory/striped_counters.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace mainstay::apim {
namespace {

/// A batch of the largest size leaves no more scratch than this behind in its stripe.
constexpr std::size_t scratch_bytes_max = 64U << 10U;

Error malformed(std::string_view what) {
  return Error{RecordErrc::snapshot_malformed, "counters: " + std::string{what}};
}

}  // namespace

bool StripedCounters::check_and_charge(std::span<LimitProbe> probes, const Charge& charge,
                                       UnixSeconds now, Traffic& traffic) {
  traffic = {};
  const Hashed subject{charge.subject};
  auto stripe = (*stripes_)[subject.stripe()].lock();
  const Windows& windows = stripe->windows_of(charge);
  const Application* known = stripe->find(subject);
  if (!fill(known, windows, probes)) return false;
  if (!has_effect(charge)) return true;
  const std::uint64_t sequence = append_usage(stripe->record, {&charge, 1}, now, nullptr);
  Application& application = stripe->find_or_create(subject);
  traffic = application.apply(charge, windows, now);
  application.sequence = sequence;
  return true;
}

bool StripedCounters::check(const Subject& subject, const Moment& at,
                            std::span<LimitProbe> probes) const {
  const Hashed hashed{subject};
  const Windows windows = windows_of(at);
  auto stripe = std::as_const((*stripes_)[hashed.stripe()]).lock();
  return fill(stripe->find(hashed), windows, probes);
}

void StripedCounters::charge(std::span<const Charge> charges, UnixSeconds now,
                             std::span<Traffic> traffic) {
  std::ranges::fill(traffic, Traffic{});
  if (std::ranges::any_of(charges, has_effect)) charge_with(nullptr, charges, now, traffic);
}

std::uint64_t StripedCounters::charge_with(const UsageRider* rider, std::span<const Charge> charges,
                                           UnixSeconds now, std::span<Traffic> traffic) {
  std::bitset<stripe_count> touched;
  for (const Charge& charge : charges) {
    if (has_effect(charge)) touched.set(Hashed{charge.subject}.stripe());
  }
  std::vector<Access> locked = lock_stripes(touched);
  std::string unlocked;
  std::string& scratch = locked.empty() ? unlocked : locked.front()->record;
  const std::uint64_t sequence = append_usage(scratch, charges, now, rider);
  for (std::size_t i = 0; i < charges.size(); ++i) {
    if (!has_effect(charges[i])) continue;
    const Hashed subject{charges[i].subject};
    // Locked in index order: the stripe's place among the locked ones is the number of those before
    // it.
    const std::size_t place = (touched << (stripe_count - 1 - subject.stripe())).count() - 1;
    Application& application = locked[place]->find_or_create(subject);
    traffic[i] = application.apply(charges[i], windows_of(charges[i]), now);
    application.sequence = sequence;
  }
  return sequence;
}

std::int64_t StripedCounters::value(const Subject& subject, std::string_view metric_id,
                                    Period period, const Moment& at) const {
  LimitProbe probe{.metric_id = metric_id, .period = period, .usage = {}};
  check(subject, at, {&probe, 1});
  return probe.current;
}

void StripedCounters::windows(const Subject& subject, std::string_view metric_id, Period period,
                              UnixSeconds from, UnixSeconds until,
                              std::vector<UsagePoint>& out) const {
  const Hashed hashed{subject};
  auto stripe = std::as_const((*stripes_)[hashed.stripe()]).lock();
  const Application* application = stripe->find(hashed);
  const MetricCounter* counter = application != nullptr ? application->find(metric_id) : nullptr;
  if (counter != nullptr) counter->windows(period, from, until, out);
}

void StripedCounters::erase_service(std::string_view service_id) {
  std::vector<Access> locked = lock_stripes(std::bitset<stripe_count>{}.set());
  log_->append(encoded(ServiceErased{service_id}));
  for (Access& stripe : locked) stripe->erase_service(service_id);
}

void StripedCounters::put_windows(const Subject& subject, std::string_view metric_id,
                                  std::span<const CounterWindow> windows) {
  const Hashed hashed{subject};
  auto stripe = (*stripes_)[hashed.stripe()].lock();
  const std::uint64_t sequence = log_->append(encoded(WindowsPut{
      subject.service_id, subject.application_id, metric_id, {windows.begin(), windows.end()}}));
  Application& application = stripe->find_or_create(hashed);
  application.put(metric_id, windows);
  application.sequence = sequence;
}

void StripedCounters::each_window(const CounterWindows::Visit& visit) const {
  for (const Slot& slot : *stripes_) {
    auto stripe = slot.lock();
    for (const auto& [key, application] : stripe->applications) {
      for (const Metric& metric : application.metrics) {
        metric.counter.each_window([&](const CounterWindow& window) {
          if (window.period == Period::minute) return;
          visit({key.service_id, key.application_id}, metric.id, window);
        });
      }
    }
  }
}

std::uint64_t StripedCounters::state_hash() const {
  std::uint64_t sum = 0;
  for (const Slot& slot : *stripes_) {
    auto stripe = slot.lock();
    for (const auto& [key, application] : stripe->applications) {
      for (const Metric& metric : application.metrics) {
        sum += metric.counter.hash(owner_hash({key.service_id, key.application_id}, metric.id));
      }
    }
  }
  return sum;
}

void StripedCounters::replay(std::uint64_t sequence, const UsageCharged& record) {
  if (record.rider.key) keys_.replay(*record.rider.key);
  std::vector<Application*> changed;
  for (const Charge& charge : record.charges) {
    if (!has_effect(charge)) continue;
    const Hashed subject{charge.subject};
    auto stripe = (*stripes_)[subject.stripe()].lock();
    Application& application = stripe->find_or_create(subject);
    if (application.sequence >= sequence) continue;
    application.apply(charge, windows_of(charge), record.now);
    changed.push_back(&application);
  }
  // Not before: a batch may charge an application more than once.
  for (Application* application : changed) application->sequence = sequence;
}

/// Also what a snapshot knows from behind this record: the records that it came from follow, and
/// count anew.
void StripedCounters::replay(std::uint64_t, const ServiceErased& record) {
  for (Slot& slot : *stripes_) {
    auto stripe = slot.lock();
    stripe->erase_service(record.service_id);
  }
}

void StripedCounters::replay(std::uint64_t sequence, const WindowsPut& record) {
  const Hashed subject{{record.service_id, record.application_id}};
  auto stripe = (*stripes_)[subject.stripe()].lock();
  Application& application = stripe->find_or_create(subject);
  if (application.sequence >= sequence) return;
  application.put(record.metric_id, record.windows);
  application.sequence = sequence;
}

/// Applications, each behind a 1; a 0 ends them.
void StripedCounters::save(std::string& out) const {
  std::string saved;  // so that `out` grows outside of the locks
  for (const Slot& slot : *stripes_) {
    saved.clear();
    {
      auto stripe = slot.lock();
      ByteWriter writer{saved};
      for (const auto& [key, application] : stripe->applications) {
        writer.u8(1);
        writer.text(key.service_id);
        writer.text(key.application_id);
        writer.u64(application.sequence);
        writer.i64(application.newest_day);
        writer.varint(application.metrics.size());
        for (const Metric& metric : application.metrics) {
          writer.text(metric.id);
          metric.counter.save(writer);
        }
      }
    }
    out.append(saved);
  }
  ByteWriter{out}.u8(0);
}

Result<> StripedCounters::load(ByteReader& in) {
  std::uint8_t more = in.u8();
  for (; more == 1; more = in.u8()) {
    Subject subject;
    subject.service_id = in.text();
    subject.application_id = in.text();
    const Hashed hashed{subject};
    auto stripe = (*stripes_)[hashed.stripe()].lock();
    if (!in.ok() || stripe->find(hashed) != nullptr) return malformed("an application");
    Application& application = stripe->find_or_create(hashed);
    application.sequence = in.u64();
    application.newest_day = in.i64();
    const std::uint64_t metric_count = in.varint();
    if (metric_count > in.left()) return malformed("number of metrics");
    application.metrics.reserve(metric_count);
    for (std::uint64_t i = 0; i < metric_count; ++i) {
      std::string id{in.text()};
      if (i > 0 && id <= application.metrics.back().id) return malformed("order of metrics");
      auto counter = MetricCounter::load(in);
      if (!counter) return malformed("windows");
      application.metrics.push_back({std::move(id), std::move(*counter)});
    }
  }
  if (!in.ok() || more != 0) return malformed("their end");
  return {};
}

const MetricCounter* StripedCounters::Application::find(std::string_view metric_id) const {
  const auto at = std::ranges::lower_bound(metrics, metric_id, std::less<>{}, &Metric::id);
  return at != metrics.end() && at->id == metric_id ? &at->counter : nullptr;
}

Traffic StripedCounters::Application::apply(const Charge& charge, const Windows& windows,
                                            UnixSeconds now) {
  for_each_counted(charge, [&](std::string_view metric_id, const UsageValue& usage) {
    count(metric_id, windows, usage);
  });
  return note_traffic(newest_day, now);
}

void StripedCounters::Application::count(std::string_view metric_id, const Windows& windows,
                                         const UsageValue& usage) {
  auto at = std::ranges::lower_bound(metrics, metric_id, std::less<>{}, &Metric::id);
  const bool is_known = at != metrics.end() && at->id == metric_id;
  if (usage.is_set && usage.amount == 0) {
    if (is_known) at->counter.remove(windows);
    return;
  }
  if (!is_known) at = metrics.insert(at, {std::string{metric_id}, MetricCounter{windows}});
  at->counter.apply(windows, usage);
}

void StripedCounters::Application::put(std::string_view metric_id,
                                       std::span<const CounterWindow> windows) {
  if (windows.empty()) return;
  const UnixSeconds newest = std::ranges::max(windows, {}, &CounterWindow::begin).begin;
  auto at = std::ranges::lower_bound(metrics, metric_id, std::less<>{}, &Metric::id);
  if (at == metrics.end() || at->id != metric_id) {
    at = metrics.insert(at, {std::string{metric_id}, MetricCounter{windows_at(newest)}});
  }
  for (const CounterWindow& window : windows) at->counter.put(window);
  note_traffic(newest_day, newest);
}

StripedCounters::Hashed::Hashed(const Subject& subject) : Subject(subject) {
  const std::hash<std::string_view> hash_of;
  // The multiplication spreads every bit into the upper ones, which choose the stripe.
  hash = (hash_of(service_id) * 31 + hash_of(application_id)) * 0x9e3779b97f4a7c15U;
}

const StripedCounters::Application* StripedCounters::Stripe::find(const Hashed& subject) const {
  const auto at = applications.find(subject);
  return at != applications.end() ? &at->second : nullptr;
}

StripedCounters::Application& StripedCounters::Stripe::find_or_create(const Hashed& subject) {
  const auto known = applications.find(subject);
  if (known != applications.end()) return known->second;
  Key key{std::string{subject.service_id}, std::string{subject.application_id}, subject.hash};
  const auto created = applications.try_emplace(std::move(key)).first;
  of_service[created->first.service_id].push_back(&created->first);
  return created->second;
}

void StripedCounters::Stripe::erase_service(std::string_view service_id) {
  const auto service = of_service.find(service_id);
  if (service == of_service.end()) return;
  for (const Key* key : service->second) applications.erase(applications.find(*key));
  of_service.erase(service);
}

bool StripedCounters::fill(const Application* application, const Windows& windows,
                           std::span<LimitProbe> probes) {
  bool all_hold = true;
  for (LimitProbe& probe : probes) {
    const MetricCounter* counter =
        application != nullptr ? application->find(probe.metric_id) : nullptr;
    const UnixSeconds begin = windows[index(probe.period)].begin;
    probe.current = counter != nullptr ? counter->value(probe.period, begin) : 0;
    all_hold = holds(probe) && all_hold;
  }
  return all_hold;
}

std::uint64_t StripedCounters::append_usage(std::string& scratch, std::span<const Charge> charges,
                                            UnixSeconds now, const UsageRider* rider) {
  scratch.clear();
  encode_usage(scratch, charges, now, rider);
  const std::uint64_t sequence = log_->append(scratch);
  if (scratch.capacity() > scratch_bytes_max) std::string{}.swap(scratch);
  return sequence;
}

std::vector<StripedCounters::Access> StripedCounters::lock_stripes(
    const std::bitset<stripe_count>& which) {
  std::vector<Access> locked;
  locked.reserve(which.count());
  for (std::size_t i = 0; i < stripe_count; ++i) {
    if (which.test(i)) locked.push_back((*stripes_)[i].lock());
  }
  return locked;
}

}  // namespace mainstay::apim
