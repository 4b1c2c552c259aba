#include "apps/apim/outbound/memory/striped_counters.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

namespace mainstay::apim {
namespace {

/// A batch of the largest size leaves no more scratch than this behind in its stripe.
constexpr std::size_t scratch_bytes_max = 64U << 10U;
constexpr std::size_t few_metrics = 8;
constexpr std::int32_t no_day_32 = std::numeric_limits<std::int32_t>::min();

// What a part of a snapshot begins with. Format 1 had no windows that were let go of.
constexpr std::uint8_t application_format_1 = 1;
constexpr std::uint8_t application_format_2 = 2;
constexpr std::uint8_t pending_erasure = 3;

Error counters_malformed(std::string_view what) {
  return Error{RecordErrc::snapshot_malformed, "counters: " + std::string{what}};
}

std::vector<FirstTraffic> firsts_of(std::span<const Traffic> traffic) {
  std::vector<FirstTraffic> out;
  for (std::size_t i = 0; i < traffic.size(); ++i) {
    const auto place = static_cast<std::uint32_t>(i);
    if (traffic[i].first_ever) out.push_back({place, false});
    if (traffic[i].first_today) out.push_back({place, true});
  }
  return out;
}

}  // namespace

bool StripedCounters::check_and_charge(std::span<LimitProbe> probes, const Charge& charge,
                                       UnixSeconds now, Traffic& traffic) {
  traffic = {};
  const Hashed subject = Hashed::of(charge);
  auto stripe = (*stripes_)[subject.stripe()].lock();
  const Windows& windows = stripe->windows_of(charge);
  Entry* entry = stripe->find_entry(subject);
  if (!passes(entry != nullptr ? &entry->second : nullptr, charge, windows, probes)) return false;
  if (!has_effect(charge)) return true;
  if (entry == nullptr) entry = &stripe->create(subject);
  traffic = count(*stripe, *entry, charge, now, nullptr);
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
  struct Place {
    Stripe* stripe;
    Entry* entry;
  };
  std::vector<Place> places(charges.size());  // null where nothing is counted
  for (std::size_t i = 0; i < charges.size(); ++i) {
    if (!has_effect(charges[i])) continue;
    const Hashed subject{charges[i].subject};
    // Locked in index order: the stripe's place among the locked ones is the number of those before
    // it.
    Stripe& stripe = *locked[(touched << (stripe_count - 1 - subject.stripe())).count() - 1];
    places[i] = {&stripe, &stripe.find_or_create(subject)};
    traffic[i] = places[i].entry->second.note(now);
  }
  // With where spike limits stand behind each of them; the same charges when there are none.
  std::vector<Charge> told;
  std::vector<std::vector<SpikeAdvance>> advanced;
  if (std::ranges::any_of(charges, [](const Charge& one) { return !one.spikes.empty(); })) {
    told.assign(charges.begin(), charges.end());
    advanced.reserve(told.size());
    for (std::size_t i = 0; i < told.size(); ++i) {
      Charge& one = told[i];
      if (one.spikes.empty() || places[i].entry == nullptr) continue;
      one.advanced = advanced.emplace_back(places[i].entry->second.advance(one.spikes));
    }
    charges = told;
  }
  std::string unlocked;
  std::string& scratch = locked.empty() ? unlocked : locked.front()->record;
  const std::uint64_t sequence = append_usage(scratch, charges, now, rider, traffic);
  for (std::size_t i = 0; i < charges.size(); ++i) {
    const Place& place = places[i];
    if (place.entry != nullptr) place.stripe->count(*place.entry, charges[i], sequence);
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
  const std::uint64_t sequence = log_->append(encoded(ServiceErased{service_id}));
  for (Access& stripe : locked) stripe->erase_service(service_id);
  auto pending = pending_.lock();
  pending->insert_or_assign(std::string{service_id}, sequence);
}

void StripedCounters::put_windows(const Subject& subject, std::string_view metric_id,
                                  std::span<const CounterWindow> windows, UnixSeconds now) {
  const Hashed hashed{subject};
  auto stripe = (*stripes_)[hashed.stripe()].lock();
  const std::uint64_t sequence = log_->append(encoded(WindowsPut{subject.service_id,
                                                                 subject.application_id,
                                                                 metric_id,
                                                                 {windows.begin(), windows.end()},
                                                                 now}));
  stripe->put(stripe->find_or_create(hashed), metric_id, windows, now, sequence);
}

void StripedCounters::each_window(const CounterWindows::Visit& visit) const {
  for (const Slot& slot : *stripes_) {
    auto stripe = slot.lock();
    for (const auto& [key, application] : stripe->applications) {
      if (key.service->is_erased) continue;
      for (const Metric& metric : application.metrics) {
        metric.counter.each_window([&](const CounterWindow& window) {
          if (window.period == Period::minute) return;
          visit(key.subject(), metric.name(), window);
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
      if (key.service->is_erased) continue;
      for (const Metric& metric : application.metrics) {
        sum += metric.counter.hash(owner_hash(key.subject(), *metric.id));
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
    Entry& entry = stripe->find_or_create(subject);
    entry.second.replayed_at = static_cast<std::uint32_t>(record.now);
    if (entry.second.sequence >= sequence) continue;
    entry.second.apply(*entry.first.service, charge, stripe->windows_of(charge));
    entry.second.note(record.now);
    entry.second.put(charge.advanced);
    stripe->list(entry);
    changed.push_back(&entry.second);
  }
  // Not before: a batch may charge an application more than once.
  for (Application* application : changed) application->sequence = sequence;
}

/// Also what a snapshot knows from behind this record: the records that it came from follow, and
/// count anew.
void StripedCounters::replay(std::uint64_t sequence, const ServiceErased& record) {
  for (Slot& slot : *stripes_) {
    auto stripe = slot.lock();
    stripe->erase_service(record.service_id);
  }
  auto pending = pending_.lock();
  pending->insert_or_assign(std::string{record.service_id}, sequence);
}

void StripedCounters::replay(std::uint64_t sequence, const WindowsPut& record) {
  const Hashed subject{{record.service_id, record.application_id}};
  auto stripe = (*stripes_)[subject.stripe()].lock();
  Entry& entry = stripe->find_or_create(subject);
  if (entry.second.sequence >= sequence) return;
  stripe->put(entry, record.metric_id, record.windows, record.now, sequence);
}

void StripedCounters::take_replayed(const Slot& slot, std::vector<Replayed>& out) {
  auto stripe = slot.lock();
  for (const auto& [key, application] : stripe->applications) {
    if (application.replayed_at == 0 || key.service->is_erased) continue;
    out.push_back({key.service->id, key.application_id, UnixSeconds{application.replayed_at}});
  }
}

/// Applications, each behind its format, then pending erasures; a 0 ends them.
void StripedCounters::save(std::string& out) const {
  std::string saved;  // so that `out` grows outside of the locks
  for (const Slot& slot : *stripes_) {
    saved.clear();
    ByteWriter writer{saved};
    {
      auto stripe = slot.lock();
      stripe->save(writer);
    }
    out.append(saved);
  }
  ByteWriter writer{out};
  for (const Erasure& erasure : pending_erasures()) {
    writer.u8(pending_erasure);
    writer.text(erasure.service_id);
    writer.u64(erasure.sequence);
  }
  writer.u8(0);
}

void StripedCounters::Stripe::save(ByteWriter& out) const {
  for (const auto& [key, application] : applications) {
    if (key.service->is_erased) continue;
    out.u8(application_format_2);
    out.text(key.service->id);
    out.text(key.application_id);
    out.u64(application.sequence);
    out.i64(application.day());
    out.varint(application.let_go_hours);
    out.varint(application.metrics.size());
    for (const Metric& metric : application.metrics) {
      out.text(*metric.id);
      metric.counter.save(out);
    }
  }
}

Result<> StripedCounters::load(ByteReader& in) {
  for (;;) {
    const std::uint8_t type = in.u8();
    if (!in.ok()) return counters_malformed("their end");
    if (type == 0) return {};
    if (type == pending_erasure) {
      const std::string_view service_id = in.text();
      const std::uint64_t sequence = in.u64();
      auto pending = pending_.lock();
      pending->insert_or_assign(std::string{service_id}, sequence);
    } else if (type == application_format_1 || type == application_format_2) {
      MS_TRY_VOID(load_application(in, type));
    } else {
      return counters_malformed("what they are");
    }
  }
}

Result<> StripedCounters::load_application(ByteReader& in, std::uint8_t format) {
  Subject subject;
  subject.service_id = in.text();
  subject.application_id = in.text();
  const Hashed hashed{subject};
  auto stripe = (*stripes_)[hashed.stripe()].lock();
  if (!in.ok() || stripe->find(hashed) != nullptr) return counters_malformed("an application");
  Entry& entry = stripe->find_or_create(hashed);
  Application& application = entry.second;
  stripe->list(entry);
  application.sequence = in.u64();
  const DayNumber day = in.i64();
  application.newest_day = day == no_day ? no_day_32 : static_cast<std::int32_t>(day);
  if (application.day() != day) return counters_malformed("a day");
  if (format == application_format_2) {
    const std::uint64_t hours = in.varint();
    application.let_go_hours = static_cast<std::uint32_t>(hours);
    if (application.let_go_hours != hours) return counters_malformed("hours");
  }
  const std::uint64_t metric_count = in.varint();
  if (metric_count > in.left()) return counters_malformed("number of metrics");
  application.metrics.reserve(metric_count);
  for (std::uint64_t i = 0; i < metric_count; ++i) {
    const std::string& id = entry.first.service->metric_id(in.text());
    if (i > 0 && id <= *application.metrics.back().id)
      return counters_malformed("order of metrics");
    auto counter =
        format == application_format_2 ? MetricCounter::load(in) : MetricCounter::load_format_1(in);
    if (!counter) return counters_malformed("windows");
    application.metrics.push_back({&id, std::move(*counter)});
  }
  return {};
}

const std::string& StripedCounters::Service::metric_id(std::string_view wanted) {
  const auto known = metric_ids.find(wanted);
  return known != metric_ids.end() ? *known : *metric_ids.emplace(wanted).first;
}

/// As save().
void StripedCounters::save_spikes(std::string& out) const {
  std::string saved;  // so that `out` grows outside of the locks
  const auto save_stripe = [&](const Stripe& stripe) {
    ByteWriter writer{saved};
    for (const auto& [key, application] : stripe.applications) {
      if (!application.spikes || key.service->is_erased) continue;
      writer.u8(1);
      writer.text(key.service->id);
      writer.text(key.application_id);
      writer.varint(application.spikes->entries().size());
      for (const SpikeStates::Entry& entry : application.spikes->entries()) {
        writer.text(entry.metric_id);
        writer.i64(entry.state.at);
        writer.varint(static_cast<std::uint64_t>(entry.state.fraction));
      }
    }
  };
  for (const Slot& slot : *stripes_) {
    saved.clear();
    {
      auto stripe = slot.lock();
      save_stripe(*stripe);
    }
    out.append(saved);
  }
  ByteWriter{out}.u8(0);
}

Result<> StripedCounters::load_spikes(ByteReader& in) {
  std::uint8_t more = in.u8();
  for (; more == 1; more = in.u8()) {
    Subject subject;
    subject.service_id = in.text();
    subject.application_id = in.text();
    const std::uint64_t count = in.varint();
    if (!in.ok() || count > in.left()) break;
    const Hashed hashed{subject};
    auto stripe = (*stripes_)[hashed.stripe()].lock();
    Application& application = stripe->find_or_create(hashed).second;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::string_view metric_id = in.text();
      SpikeState state;
      state.at = in.i64();
      state.fraction = static_cast<std::int64_t>(in.varint());
      if (!in.ok() || state.at < 0 || state.fraction < 0)
        return counters_malformed("a spike limit");
      const SpikeAdvance one{metric_id, state};
      application.put({&one, 1});
    }
  }
  if (!in.ok() || more != 0) return counters_malformed("the end of spike limits");
  return {};
}

const MetricCounter* StripedCounters::Application::find(std::string_view metric_id) const {
  if (metrics.size() <= few_metrics) {
    const auto at = std::ranges::find(metrics, metric_id, &Metric::name);
    return at != metrics.end() ? &at->counter : nullptr;
  }
  const auto at = std::ranges::lower_bound(metrics, metric_id, std::less<>{}, &Metric::name);
  return at != metrics.end() && at->name() == metric_id ? &at->counter : nullptr;
}

MetricCounter* StripedCounters::Application::find(std::string_view metric_id) {
  return const_cast<MetricCounter*>(std::as_const(*this).find(metric_id));
}

DayNumber StripedCounters::Application::day() const {
  return newest_day == no_day_32 ? no_day : newest_day;
}

void StripedCounters::Application::apply(Service& service, const Charge& charge,
                                         const Windows& windows) {
  for_each_counted(charge, [&](std::string_view metric_id, const UsageValue& usage) {
    count(service, metric_id, windows, usage);
  });
}

Traffic StripedCounters::Application::note(UnixSeconds now) {
  DayNumber newest = day();
  const Traffic traffic = note_traffic(newest, now);
  newest_day = static_cast<std::int32_t>(newest);
  return traffic;
}

void StripedCounters::Application::count(Service& service, std::string_view metric_id,
                                         const Windows& windows, const UsageValue& usage) {
  if (usage.is_set && usage.amount == 0) {
    if (MetricCounter* known = find(metric_id)) known->remove(windows, let_go());
    return;
  }
  counter_of(service, metric_id, windows).apply(windows, usage, let_go());
}

/// A new one begins in `windows`.
MetricCounter& StripedCounters::Application::counter_of(Service& service,
                                                        std::string_view metric_id,
                                                        const Windows& windows) {
  if (MetricCounter* known = find(metric_id)) return *known;
  // Most applications have their few metrics for life: room for no more than that.
  if (metrics.size() < few_metrics) metrics.reserve(metrics.size() + 1);
  const auto at = std::ranges::lower_bound(metrics, metric_id, std::less<>{}, &Metric::name);
  return metrics.insert(at, {&service.metric_id(metric_id), MetricCounter{windows}})->counter;
}

std::vector<SpikeAdvance> StripedCounters::Application::advance(
    std::span<const SpikeProbe> probes) {
  if (!spikes) spikes = std::make_unique<SpikeStates>();
  return spikes->advance(probes);
}

void StripedCounters::Application::put(std::span<const SpikeAdvance> advanced) {
  if (advanced.empty()) return;
  if (!spikes) spikes = std::make_unique<SpikeStates>();
  for (const SpikeAdvance& one : advanced) spikes->put(one.metric_id, one.state);
}

void StripedCounters::Application::put(Service& service, std::string_view metric_id,
                                       std::span<const CounterWindow> windows, UnixSeconds now) {
  if (windows.empty()) return;
  const UnixSeconds newest = std::ranges::max(windows, {}, &CounterWindow::begin).begin;
  MetricCounter& counter = counter_of(service, metric_id, windows_at(now));
  for (const CounterWindow& window : windows) counter.put(window, let_go());
  note(newest);
}

StripedCounters::Hashed::Hashed(const Subject& subject) : Subject(subject) {
  const std::hash<std::string_view> hash_of;
  // The multiplication spreads every bit into the upper ones, which choose the stripe.
  hash = (hash_of(service_id) * 31 + hash_of(application_id)) * 0x9e3779b97f4a7c15U;
}

StripedCounters::Hashed StripedCounters::Hashed::of(const Charge& charge) {
  if (charge.memo == nullptr) return Hashed{charge.subject};
  std::size_t& known = charge.memo->subject_hash;
  if (known == 0) known = Hashed{charge.subject}.hash;
  return {charge.subject, known};
}

const StripedCounters::Application* StripedCounters::Stripe::find(const Hashed& subject) const {
  const auto at = applications.find(subject);
  return at != applications.end() ? &at->second : nullptr;
}

StripedCounters::Entry* StripedCounters::Stripe::find_entry(const Hashed& subject) {
  const auto at = applications.find(subject);
  return at != applications.end() ? &*at : nullptr;
}

StripedCounters::Entry& StripedCounters::Stripe::find_or_create(const Hashed& subject) {
  Entry* const known = find_entry(subject);
  return known != nullptr ? *known : create(subject);
}

StripedCounters::Entry& StripedCounters::Stripe::create(const Hashed& subject) {
  auto service = services.find(subject.service_id);
  if (service == services.end()) {
    service = services.emplace(subject.service_id, std::make_unique<Service>()).first;
    service->second->id = subject.service_id;
  }
  Service& owner = *service->second;
  Key key{&owner, std::string{subject.application_id}, subject.hash};
  Entry& created = *applications.try_emplace(std::move(key)).first;
  owner.applications.push_back(&created.first);
  return created;
}

void StripedCounters::Stripe::count(Entry& entry, const Charge& charge, std::uint64_t sequence) {
  entry.second.sequence = sequence;
  list(entry);
  entry.second.apply(*entry.first.service, charge, windows_of(charge));
}

void StripedCounters::Stripe::put(Entry& entry, std::string_view metric_id,
                                  std::span<const CounterWindow> values, UnixSeconds now,
                                  std::uint64_t sequence) {
  entry.second.sequence = sequence;
  list(entry);
  entry.second.put(*entry.first.service, metric_id, values, now);
}

void StripedCounters::Stripe::erase_service(std::string_view service_id) {
  const auto service = services.find(service_id);
  if (service == services.end()) return;
  service->second->is_erased = true;
  erased.push_back(std::move(service->second));
  services.erase(service);
}

bool StripedCounters::fill(const Application* application, const Windows& windows,
                           std::span<LimitProbe> probes) {
  bool all_hold = true;
  std::string_view of;  // limits of a metric lie together
  const MetricCounter* counter = nullptr;
  for (LimitProbe& probe : probes) {
    if (of.data() != probe.metric_id.data() || of.size() != probe.metric_id.size()) {
      of = probe.metric_id;
      counter = application != nullptr ? application->find(of) : nullptr;
    }
    probe.current = counter != nullptr ? counter->value(probe.period, windows) : 0;
    all_hold = holds(probe) && all_hold;
  }
  return all_hold;
}

bool StripedCounters::passes(const Application* application, const Charge& charge,
                             const Windows& windows, std::span<LimitProbe> probes) {
  const bool all_hold = fill(application, windows, probes);
  if (charge.spikes.empty()) return all_hold;
  const SpikeStates* spikes = application != nullptr ? application->spikes.get() : nullptr;
  return SpikeStates::weigh(spikes, charge.spikes) && all_hold;
}

Traffic StripedCounters::count(Stripe& stripe, Entry& entry, const Charge& charge, UnixSeconds now,
                               const UsageRider* rider) {
  const Traffic traffic = entry.second.note(now);
  const auto append = [&](const Charge& told) {
    return append_usage(stripe.record, {&told, 1}, now, rider, {&traffic, 1});
  };
  if (charge.spikes.empty()) {
    const bool is_alone = charge.memo != nullptr && rider == nullptr && !traffic.first_today;
    stripe.count(entry, charge, is_alone ? append_again(charge, now) : append(charge));
    return traffic;
  }
  Charge told = charge;
  const std::vector<SpikeAdvance> advanced = entry.second.advance(charge.spikes);
  told.advanced = advanced;
  stripe.count(entry, charge, append(told));
  return traffic;
}

std::uint64_t StripedCounters::append_usage(std::string& scratch, std::span<const Charge> charges,
                                            UnixSeconds now, const UsageRider* rider,
                                            std::span<const Traffic> traffic) {
  std::vector<FirstTraffic> firsts;
  if (events_ != nullptr) firsts = firsts_of(traffic);
  if (firsts.empty()) return append_record(scratch, charges, now, rider);
  UsageRider ridden = rider != nullptr ? *rider : UsageRider{};
  return events_->add_firsts(charges, now, std::move(firsts), [&](const FirstsTold& told) {
    ridden.firsts = told;
    return append_record(scratch, charges, now, &ridden);
  });
}

std::uint64_t StripedCounters::append_record(std::string& scratch, std::span<const Charge> charges,
                                             UnixSeconds now, const UsageRider* rider) {
  scratch.clear();
  encode_usage(scratch, charges, now, rider);
  const std::uint64_t sequence = log_->append(scratch);
  if (scratch.capacity() > scratch_bytes_max) std::string{}.swap(scratch);
  return sequence;
}

/// Most calls of a second are like the one before: the same record.
std::uint64_t StripedCounters::append_again(const Charge& charge, UnixSeconds now) {
  ChargeMemo& memo = *charge.memo;
  if (memo.record.empty() || memo.at != charge.at || memo.now != now) {
    memo.at = charge.at;
    memo.now = now;
    memo.record.clear();
    encode_usage(memo.record, {&charge, 1}, now);
  }
  return log_->append(memo.record);
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
