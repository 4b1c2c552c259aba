#include "apps/apim/outbound/memory/metric_counter.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace mainstay::apim {
namespace {

constexpr std::size_t minute = index(Period::minute);

/// By when a window that begins then has ended, whatever the calendar: a function of the begin, so
/// that what was let go of is known for certain. Days and longer ones are up to an hour longer
/// where clocks go back; for what is longer still, this only sends it to the store sooner.
UnixSeconds end_of(std::size_t period, UnixSeconds begin) {
  constexpr UnixSeconds hour = 3'600;
  constexpr UnixSeconds day = 24 * hour;
  switch (static_cast<Period>(period)) {
    case Period::minute:
      return begin + 60;
    case Period::hour:
      return begin + hour;
    case Period::day:
      return begin + day + hour;
    case Period::week:
      return begin + 7 * day + hour;
    case Period::month:
      return begin + 31 * day + hour;
    case Period::year:
      return begin + 366 * day + hour;
    case Period::eternity:
      break;
  }
  return std::numeric_limits<UnixSeconds>::max();
}

}  // namespace

MetricCounter::MetricCounter(const Windows& windows) {
  for (std::size_t i = 0; i < period_count; ++i) newest_[i] = minute_of(windows[i].begin);
}

std::int64_t MetricCounter::older_value(Period period, UnixSeconds begin) const {
  const Bucket* bucket = find(period, begin);
  return bucket != nullptr ? bucket->value : 0;
}

/// For a moment some of whose windows are not the newest.
void MetricCounter::apply_elsewhere(const Windows& windows, const UsageValue& usage,
                                    UnixSeconds let_go) {
  for (std::size_t i = 0; i < period_count; ++i) {
    const Minute begin = minute_of(windows[i].begin);
    std::int64_t& value = newest_values_[i];
    if (begin < newest_[i]) {
      Bucket& bucket = older_bucket(i, begin, let_go);
      bucket.value = applied(bucket.value, usage);
      bucket.is_changed = true;
      if (usage.is_set) bucket.is_partial = false;
      continue;
    }
    if (begin > newest_[i]) {
      const bool is_changed = (newest_changed_ >> i & 1U) != 0;
      history_of(i).push_back({newest_[i], is_changed, false, value});
      newest_[i] = begin;
      value = 0;
    }
    value = applied(value, usage);
    mark_newest(i);
  }
}

void MetricCounter::remove(const Windows& windows, UnixSeconds let_go) {
  for (std::size_t i = 0; i < period_count; ++i) {
    const auto period = static_cast<Period>(i);
    const Minute begin = minute_of(windows[i].begin);
    if (begin > newest_[i]) continue;
    if (begin == newest_[i]) {
      newest_values_[i] = 0;
      mark_newest(i);
    } else if (find(period, windows[i].begin) != nullptr || end_of(i, begin_of(begin)) <= let_go) {
      Bucket& bucket = older_bucket(i, begin, let_go);
      bucket = {bucket.begin, true, false, 0};
    }
  }
}

void MetricCounter::put(const CounterWindow& window, UnixSeconds let_go) {
  const std::size_t i = index(window.period);
  const Minute begin = minute_of(window.begin);
  if (begin < newest_[i]) {
    Bucket& bucket = older_bucket(i, begin, let_go);
    bucket = {bucket.begin, true, false, window.value};
    return;
  }
  if (begin > newest_[i]) {
    history_of(i).push_back(
        {newest_[i], (newest_changed_ >> i & 1U) != 0, false, newest_values_[i]});
    newest_[i] = begin;
  }
  newest_values_[i] = window.value;
  mark_newest(i);
}

std::uint64_t MetricCounter::hash(std::uint64_t owner) const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < period_count; ++i) {
    const auto add = [&](UnixSeconds begin, std::int64_t value) {
      if (value != 0) sum += window_hash(owner, static_cast<Period>(i), begin, value);
    };
    add(begin_of(newest_[i]), newest_values_[i]);
    if (!history_) continue;
    for (const Bucket& bucket : (*history_)[i]) add(begin_of(bucket.begin), bucket.value);
  }
  return sum;
}

void MetricCounter::take_changes(std::vector<Change>& out) {
  for (std::size_t i = index(Period::hour); i < period_count; ++i) {
    const auto period = static_cast<Period>(i);
    if ((newest_changed_ >> i & 1U) != 0) {
      out.push_back({period, begin_of(newest_[i]), newest_values_[i], false});
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

void MetricCounter::windows(Period period, UnixSeconds from, UnixSeconds until,
                            std::vector<UsagePoint>& out) const {
  const auto add = [&](UnixSeconds begin, std::int64_t value) {
    if (begin >= from && begin < until) out.push_back({begin, value});
  };
  const std::size_t i = index(period);
  if (history_) {
    for (const Bucket& bucket : (*history_)[i]) {
      if (!bucket.is_partial) add(begin_of(bucket.begin), bucket.value);
    }
  }
  add(begin_of(newest_[i]), newest_values_[i]);
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
      return end_of(i, begin_of(bucket.begin)) <= until;
    });
    longer_went = longer_went || (i != minute && buckets.size() != before);
    if (buckets.capacity() > 2 * buckets.size() + 8) buckets.shrink_to_fit();
    is_empty = is_empty && buckets.empty();
  }
  if (is_empty) history_.reset();
  return longer_went;
}

/// The newest minute and how much earlier the newest windows of the longer periods begin (modulo
/// 2^32: an imported window may begin after the newest minute), their values, then 0 or, behind a
/// 1, per period how many older windows, and each as the minutes from the one before, its value and
/// whether it is partial.
void MetricCounter::save(ByteWriter& out) const {
  out.varint(newest_[minute]);
  for (std::size_t i = minute + 1; i < period_count; ++i) out.varint(newest_[minute] - newest_[i]);
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
  counter.newest_[minute] = static_cast<Minute>(newest);
  for (std::size_t i = minute + 1; i < period_count; ++i) {
    const std::uint64_t earlier = in.varint();
    if (earlier > UINT32_MAX) return std::nullopt;
    counter.newest_[i] = static_cast<Minute>(newest - earlier);
  }
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
    if (!buckets.empty() && buckets.back().begin >= counter.newest_[i]) return std::nullopt;
  }
  return counter;
}

/// Per period: how many windows, then each as the seconds from the one before and its value, the
/// newest last.
std::optional<MetricCounter> MetricCounter::load_format_1(ByteReader& in) {
  MetricCounter counter;
  constexpr UnixSeconds last_begin = begin_of(UINT32_MAX);
  for (std::size_t i = 0; i < period_count; ++i) {
    const std::uint64_t count = in.varint();
    if (!in.ok() || count == 0 || count > in.left()) return std::nullopt;
    UnixSeconds begin = 0;
    for (std::uint64_t n = 0; n < count; ++n) {
      const auto step = static_cast<UnixSeconds>(in.varint());
      const auto value = static_cast<std::int64_t>(in.varint());
      if (!in.ok() || step < (n == 0 ? first_begin : 60) || value < 0) return std::nullopt;
      if (step > last_begin - begin) return std::nullopt;
      begin += step;
      if (n + 1 < count) {
        counter.history_of(i).push_back({minute_of(begin), true, false, value});
      } else {
        counter.newest_[i] = minute_of(begin);
        counter.newest_values_[i] = value;
      }
    }
  }
  return counter;
}

MetricCounter::Buckets& MetricCounter::history_of(std::size_t period) {
  if (!history_) history_ = std::make_unique<History>();
  return (*history_)[period];
}

/// Of a window before the newest one; made when it is not there: partial, when it may have been
/// let go of.
MetricCounter::Bucket& MetricCounter::older_bucket(std::size_t period, Minute begin,
                                                   UnixSeconds let_go) {
  Buckets& history = history_of(period);
  const auto at = first_not_before(history, begin);
  if (at != history.end() && at->begin == begin)
    return history[static_cast<std::size_t>(at - history.begin())];
  const bool is_partial = period != minute && end_of(period, begin_of(begin)) <= let_go;
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
