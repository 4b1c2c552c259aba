#include "apps/apim/outbound/memory/metric_counter.hpp"

#include <algorithm>
#include <utility>

namespace mainstay::apim {

MetricCounter::MetricCounter(const Windows& windows) {
  for (std::size_t i = 0; i < period_count; ++i) newest_[i].begin = windows[i].begin;
}

std::int64_t MetricCounter::value(Period period, UnixSeconds begin) const {
  const Bucket* bucket = find(period, begin);
  return bucket != nullptr ? bucket->value : 0;
}

void MetricCounter::windows(Period period, UnixSeconds from, UnixSeconds until,
                            std::vector<UsagePoint>& out) const {
  const auto add = [&](const Bucket& bucket) {
    if (bucket.begin >= from && bucket.begin < until) out.push_back({bucket.begin, bucket.value});
  };
  if (history_) std::ranges::for_each((*history_)[index(period)], add);
  add(newest_[index(period)]);
}

void MetricCounter::apply(const Windows& windows, const UsageValue& usage) {
  for (std::size_t i = 0; i < period_count; ++i) {
    std::int64_t& value = value_for_update(static_cast<Period>(i), windows[i].begin);
    value = applied(value, usage);
  }
}

void MetricCounter::remove(const Windows& windows) {
  for (std::size_t i = 0; i < period_count; ++i) {
    const auto period = static_cast<Period>(i);
    if (find(period, windows[i].begin) != nullptr) value_for_update(period, windows[i].begin) = 0;
  }
}

std::uint64_t MetricCounter::hash(std::uint64_t owner) const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < period_count; ++i) {
    const auto period = static_cast<Period>(i);
    const UnixSeconds oldest = oldest_kept(period, newest_[i].begin);
    const auto add = [&](const Bucket& bucket) {
      if (bucket.value == 0 || bucket.begin < oldest) return;
      sum += window_hash(owner, period, bucket.begin, bucket.value);
    };
    if (history_) std::ranges::for_each((*history_)[i], add);
    add(newest_[i]);
  }
  return sum;
}

/// Per period: how many windows, then each as the step from the one before and its value, the
/// newest last.
void MetricCounter::save(ByteWriter& out) const {
  for (std::size_t i = 0; i < period_count; ++i) {
    UnixSeconds before = 0;
    const auto put = [&](const Bucket& bucket) {
      out.varint(static_cast<std::uint64_t>(bucket.begin - before));
      out.varint(static_cast<std::uint64_t>(bucket.value));
      before = bucket.begin;
    };
    out.varint(history_ ? (*history_)[i].size() + 1 : 1);
    if (history_) std::ranges::for_each((*history_)[i], put);
    put(newest_[i]);
  }
}

std::optional<MetricCounter> MetricCounter::load(ByteReader& in) {
  MetricCounter counter;
  for (std::size_t i = 0; i < period_count; ++i) {
    const std::uint64_t count = in.varint();
    if (!in.ok() || count == 0 || count > in.left()) return std::nullopt;
    if (count > 1 && !counter.history_) counter.history_ = std::make_unique<History>();
    if (count > 1) (*counter.history_)[i].reserve(count - 1);
    Bucket bucket;
    for (std::uint64_t n = 0; n < count; ++n) {
      if (n > 0) (*counter.history_)[i].push_back(bucket);
      const auto step = static_cast<UnixSeconds>(in.varint());
      if (step < 0 || (n > 0 && step == 0)) return std::nullopt;
      if (__builtin_add_overflow(bucket.begin, step, &bucket.begin)) return std::nullopt;
      bucket.value = static_cast<std::int64_t>(in.varint());
      if (!in.ok() || bucket.value < 0) return std::nullopt;
    }
    counter.newest_[i] = bucket;
  }
  return counter;
}

std::int64_t& MetricCounter::value_for_update(Period period, UnixSeconds begin) {
  Bucket& newest = newest_[index(period)];
  return newest.begin == begin ? newest.value : value_of_other_window(period, begin);
}

std::int64_t& MetricCounter::value_of_other_window(Period period, UnixSeconds begin) {
  if (!history_) history_ = std::make_unique<History>();
  Buckets& history = (*history_)[index(period)];
  auto at = history.begin() + first_not_before(history, begin);
  if (at != history.end() && at->begin == begin) return at->value;

  // A new window: those that are too old beside it go, the oldest being at the front.
  const UnixSeconds oldest = oldest_kept(period, begin);
  history.erase(history.begin(), history.begin() + first_not_before(history, oldest));
  Bucket& newest = newest_[index(period)];
  if (begin < newest.begin) {
    at = history.begin() + first_not_before(history, begin);
    return history.insert(at, {begin, 0})->value;
  }
  if (newest.begin >= oldest) history.push_back(newest);
  newest = {begin, 0};
  return newest.value;
}

const MetricCounter::Bucket* MetricCounter::find(Period period, UnixSeconds begin) const {
  const Bucket& newest = newest_[index(period)];
  if (newest.begin == begin) return &newest;
  if (newest.begin < begin || !history_) return nullptr;
  const Buckets& history = (*history_)[index(period)];
  const auto at = history.begin() + first_not_before(history, begin);
  return at != history.end() && at->begin == begin ? &*at : nullptr;
}

std::ptrdiff_t MetricCounter::first_not_before(const Buckets& history, UnixSeconds begin) {
  std::size_t low = 0;
  std::size_t high = history.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (history[middle].begin < begin) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return static_cast<std::ptrdiff_t>(low);
}

}  // namespace mainstay::apim
