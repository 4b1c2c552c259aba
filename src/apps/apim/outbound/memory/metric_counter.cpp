#include "apps/apim/outbound/memory/metric_counter.hpp"

#include <algorithm>
#include <utility>

namespace mainstay::apim {
namespace {

constexpr std::size_t minute = index(Period::minute);

}  // namespace

MetricCounter::MetricCounter(const Windows& windows) : newest_(minute_of(windows[minute].begin)) {}

std::int64_t MetricCounter::value_elsewhere(Period period, UnixSeconds begin) const {
  if (begin == windows_at(newest_minute())[index(period)].begin) {
    return newest_values_[index(period)];
  }
  const Bucket* bucket = find(period, begin);
  return bucket != nullptr ? bucket->value : 0;
}

/// For a moment whose minute is not the newest: some of its windows may be.
void MetricCounter::apply_elsewhere(const Windows& windows, const UsageValue& usage,
                                    UnixSeconds let_go) {
  const Windows newest = windows_at(newest_minute());
  for (std::size_t i = 0; i < period_count; ++i) {
    std::int64_t& value = newest_values_[i];
    if (windows[i].begin < newest[i].begin) {
      Bucket& bucket = older_bucket(static_cast<Period>(i), windows[i], let_go);
      bucket.value = applied(bucket.value, usage);
      bucket.is_changed = true;
      if (usage.is_set) bucket.is_partial = false;
      continue;
    }
    if (windows[i].begin > newest[i].begin) {
      const bool is_changed = (newest_changed_ >> i & 1U) != 0;
      history_of(i).push_back({minute_of(newest[i].begin), is_changed, false, value});
      value = 0;
    }
    value = applied(value, usage);
    mark_newest(i);
  }
  newest_ = std::max(newest_, minute_of(windows[minute].begin));
}

void MetricCounter::remove(const Windows& windows, UnixSeconds let_go) {
  const Windows newest = windows_at(newest_minute());
  for (std::size_t i = 0; i < period_count; ++i) {
    const auto period = static_cast<Period>(i);
    if (windows[i].begin > newest[i].begin) continue;
    if (windows[i].begin == newest[i].begin) {
      newest_values_[i] = 0;
      mark_newest(i);
    } else if (find(period, windows[i].begin) != nullptr || windows[i].end <= let_go) {
      Bucket& bucket = older_bucket(period, windows[i], let_go);
      bucket = {bucket.begin, true, false, 0};
    }
  }
}

std::uint64_t MetricCounter::hash(std::uint64_t owner) const {
  std::uint64_t sum = 0;
  const Windows newest = windows_at(newest_minute());
  for (std::size_t i = 0; i < period_count; ++i) {
    const auto add = [&](UnixSeconds begin, std::int64_t value) {
      if (value != 0) sum += window_hash(owner, static_cast<Period>(i), begin, value);
    };
    add(newest[i].begin, newest_values_[i]);
    if (!history_) continue;
    for (const Bucket& bucket : (*history_)[i]) add(begin_of(bucket.begin), bucket.value);
  }
  return sum;
}

void MetricCounter::take_changes(std::vector<Change>& out) {
  const Windows newest = windows_at(newest_minute());
  for (std::size_t i = index(Period::hour); i < period_count; ++i) {
    const auto period = static_cast<Period>(i);
    if ((newest_changed_ >> i & 1U) != 0) {
      out.push_back({period, newest[i].begin, newest_values_[i], false});
    }
    if (!history_) continue;
    for (Bucket& bucket : (*history_)[i]) {
      if (!bucket.is_changed) continue;
      out.push_back({period, begin_of(bucket.begin), bucket.value, bucket.is_partial});
      bucket.is_changed = bucket.is_partial;
    }
  }
  newest_changed_ = 0;
}

bool MetricCounter::is_partial(Period period, UnixSeconds begin) const {
  const Bucket* bucket = find(period, begin);
  return bucket != nullptr && bucket->is_partial;
}

void MetricCounter::restore(Period period, UnixSeconds begin, std::int64_t base) {
  if (!is_partial(period, begin)) return;
  Bucket& bucket = const_cast<Bucket&>(*find(period, begin));
  bucket = {bucket.begin, true, false, saturating_add(base, bucket.value)};
}

bool MetricCounter::let_go(UnixSeconds until) {
  if (!history_) return false;
  bool longer_went = false;
  bool is_empty = true;
  for (std::size_t i = 0; i < period_count; ++i) {
    Buckets& buckets = (*history_)[i];
    const std::size_t before = buckets.size();
    std::erase_if(buckets, [&](const Bucket& bucket) {
      if (i != minute && (bucket.is_changed || bucket.is_partial)) return false;
      return begin_of(bucket.begin) < until && windows_at(begin_of(bucket.begin))[i].end <= until;
    });
    longer_went = longer_went || (i != minute && buckets.size() != before);
    if (buckets.capacity() > 2 * buckets.size() + 8) buckets.shrink_to_fit();
    is_empty = is_empty && buckets.empty();
  }
  if (is_empty) history_.reset();
  return longer_went;
}

/// The newest minute, the values of its windows, then 0 or, behind a 1, per period how many older
/// windows, and each as the minutes from the one before, its value and whether it is partial.
void MetricCounter::save(ByteWriter& out) const {
  out.varint(newest_);
  for (const std::int64_t value : newest_values_) out.varint(static_cast<std::uint64_t>(value));
  out.u8(history_ ? 1 : 0);
  if (!history_) return;
  for (const Buckets& buckets : *history_) {
    out.varint(buckets.size());
    Minute before = 0;
    for (const Bucket& bucket : buckets) {
      out.varint(bucket.begin - before);
      out.varint(static_cast<std::uint64_t>(bucket.value));
      out.u8(bucket.is_partial ? 1 : 0);
      before = bucket.begin;
    }
  }
}

bool MetricCounter::load_buckets(ByteReader& in, Buckets& out) {
  const std::uint64_t count = in.varint();
  if (count > in.left()) return false;  // each takes some bytes: bounds what is reserved
  out.reserve(count);
  std::uint64_t begin = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t step = in.varint();
    const auto value = static_cast<std::int64_t>(in.varint());
    const std::uint8_t is_partial = in.u8();
    if (!in.ok() || (i > 0 && step == 0) || step > UINT32_MAX || value < 0) return false;
    begin += step;
    if (begin > UINT32_MAX || is_partial > 1) return false;
    out.push_back({static_cast<Minute>(begin), true, is_partial == 1, value});
  }
  return in.ok();
}

std::optional<MetricCounter> MetricCounter::load(ByteReader& in) {
  MetricCounter counter;
  const std::uint64_t newest = in.varint();
  if (newest > UINT32_MAX) return std::nullopt;
  counter.newest_ = static_cast<Minute>(newest);
  const Windows windows = windows_at(counter.newest_minute());
  if (windows[minute].begin != counter.newest_minute()) return std::nullopt;
  for (std::int64_t& value : counter.newest_values_) {
    value = static_cast<std::int64_t>(in.varint());
    if (value < 0) return std::nullopt;
  }
  const std::uint8_t has_history = in.u8();
  if (!in.ok() || has_history > 1) return std::nullopt;
  if (has_history == 0) return counter;
  for (std::size_t i = 0; i < period_count; ++i) {
    Buckets& buckets = counter.history_of(i);
    if (!load_buckets(in, buckets)) return std::nullopt;
    if (!buckets.empty() && begin_of(buckets.back().begin) >= windows[i].begin) return std::nullopt;
  }
  return counter;
}

/// Per period: how many windows, then each as the seconds from the one before and its value, the
/// newest last.
std::optional<MetricCounter> MetricCounter::load_format_1(ByteReader& in) {
  MetricCounter counter;
  Windows newest{};
  for (std::size_t i = 0; i < period_count; ++i) {
    const std::uint64_t count = in.varint();
    if (!in.ok() || count == 0 || count > in.left()) return std::nullopt;
    UnixSeconds begin = 0;
    for (std::uint64_t n = 0; n < count; ++n) {
      const auto step = static_cast<UnixSeconds>(in.varint());
      const auto value = static_cast<std::int64_t>(in.varint());
      if (!in.ok() || step < 0 || value < 0 || (n > 0 && step == 0)) return std::nullopt;
      if (__builtin_add_overflow(begin, step, &begin)) return std::nullopt;
      if (windows_at(begin)[i].begin != begin) return std::nullopt;
      if (n + 1 < count) {
        counter.history_of(i).push_back({minute_of(begin), true, false, value});
      } else {
        counter.newest_values_[i] = value;
      }
    }
    if (i == minute) newest = windows_at(begin);
    if (newest[i].begin != begin) return std::nullopt;
  }
  counter.newest_ = minute_of(newest[minute].begin);
  return counter;
}

MetricCounter::Buckets& MetricCounter::history_of(std::size_t period) {
  if (!history_) history_ = std::make_unique<History>();
  return (*history_)[period];
}

/// Of a window before the newest one; made when it is not there: partial, when it may have been
/// let go of.
MetricCounter::Bucket& MetricCounter::older_bucket(Period period, const Window& window,
                                                   UnixSeconds let_go) {
  Buckets& history = history_of(index(period));
  const Minute begin = minute_of(window.begin);
  const auto at = first_not_before(history, begin);
  if (at != history.end() && at->begin == begin)
    return history[static_cast<std::size_t>(at - history.begin())];
  const bool is_partial = period != Period::minute && window.end <= let_go;
  return *history.insert(at, {begin, true, is_partial, 0});
}

const MetricCounter::Bucket* MetricCounter::find(Period period, UnixSeconds begin) const {
  if (!history_) return nullptr;
  const Buckets& history = (*history_)[index(period)];
  const auto at = first_not_before(history, minute_of(begin));
  return at != history.end() && at->begin == minute_of(begin) ? &*at : nullptr;
}

MetricCounter::Buckets::const_iterator MetricCounter::first_not_before(const Buckets& history,
                                                                       Minute begin) {
  return std::ranges::lower_bound(history, begin, std::less<>{}, &Bucket::begin);
}

}  // namespace mainstay::apim
