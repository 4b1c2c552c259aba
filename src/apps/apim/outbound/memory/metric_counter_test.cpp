#include "apps/apim/outbound/memory/metric_counter.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/apim/domain/local_windows.hpp"
#include "apps/apim/domain/test_zones.hpp"

namespace mainstay::apim::metric_counter_test {
namespace {

constexpr UnixSeconds start = 1'795'000'020;  // 2026-11-18 11:07:00
constexpr UnixSeconds hour = 3'600;
constexpr UnixSeconds day = 86'400;
constexpr UnixSeconds never = 0;  // nothing was let go of
constexpr std::uint64_t owner = 42;

MetricCounter counted(std::initializer_list<UnixSeconds> times) {
  MetricCounter counter{windows_at(*times.begin())};
  for (const UnixSeconds at : times) counter.apply(windows_at(at), {1, false}, never);
  return counter;
}

std::int64_t value(const MetricCounter& counter, Period period, UnixSeconds at) {
  return counter.value(period, windows_at(at));
}

std::string saved(const MetricCounter& counter) {
  std::string out;
  ByteWriter writer{out};
  counter.save(writer);
  return out;
}

std::vector<MetricCounter::Change> changes(MetricCounter& counter) {
  std::vector<MetricCounter::Change> out;
  counter.take_changes(out);
  return out;
}

TEST_CASE("metric counter: a new one, zero in its windows and no part of the hash") {
  const MetricCounter counter{windows_at(start)};
  CHECK(value(counter, Period::minute, start) == 0);
  CHECK(counter.hash(owner) == 0);
}

TEST_CASE("metric counter: a window older than the newest, counted beside it") {
  const MetricCounter counter = counted({start, start - 120, start - 60, start - 120});
  CHECK(value(counter, Period::minute, start) == 1);
  CHECK(value(counter, Period::minute, start - 60) == 1);
  CHECK(value(counter, Period::minute, start - 120) == 2);
  CHECK(value(counter, Period::minute, start - 180) == 0);
  CHECK(value(counter, Period::eternity, start - 9 * day) == 4);
}

TEST_CASE("metric counter: at the ends of time, counts in its windows") {
  constexpr UnixSeconds end = 253'402'214'399;
  const MetricCounter counter = counted({0, end, 4 * day, 0});
  CHECK(value(counter, Period::week, 0) == 2);
  CHECK(value(counter, Period::week, 4 * day) == 1);
  CHECK(value(counter, Period::minute, end) == 1);
  CHECK(value(counter, Period::eternity, end) == 4);
  const std::string bytes = saved(counter);
  ByteReader in{as_bytes(bytes)};
  const auto loaded = MetricCounter::load(in);
  REQUIRE(loaded.has_value());
  CHECK(saved(*loaded) == bytes);
}

TEST_CASE("metric counter: changes, taken once each, those that only a part is here of again") {
  MetricCounter counter = counted({start, start + hour});
  CHECK(changes(counter).size() == 6 + 1);  // an hour that has passed
  CHECK(changes(counter).empty());
  counter.apply(windows_at(start), {5, false}, never);
  const auto again = changes(counter);
  REQUIRE(again.size() == 6);  // the windows longer than an hour are the same
  CHECK(again[0].period == Period::hour);
  CHECK(again[0].value == 6);
  counter.apply(windows_at(start - 2 * day), {1, false}, start - day);
  std::size_t partial = 0;
  for (const auto& change : changes(counter)) partial += change.is_partial ? 1 : 0;
  CHECK(partial == 2);  // an hour and a day
  CHECK(changes(counter).size() == partial);
}

TEST_CASE("metric counter: let go of, minutes always, longer ones when their change was taken") {
  MetricCounter counter = counted({start, start + 3 * day});
  CHECK_FALSE(counter.let_go(start + 2 * day));
  CHECK(value(counter, Period::minute, start) == 0);
  CHECK(value(counter, Period::hour, start) == 1);
  changes(counter);
  CHECK_FALSE(counter.let_go(start + 10));  // has not ended by then
  CHECK(counter.let_go(start + 2 * day));
  CHECK_FALSE(counter.has_history());
  CHECK(value(counter, Period::hour, start) == 0);
  CHECK(value(counter, Period::eternity, start) == 2);
  CHECK(value(counter, Period::minute, start + 3 * day) == 1);  // the newest stays
}

TEST_CASE("metric counter: counted in again after it went, a part until it is restored") {
  MetricCounter counter = counted({start, start + 3 * day});
  changes(counter);
  const UnixSeconds let_go = start + 2 * day;
  REQUIRE(counter.let_go(let_go));
  const UnixSeconds begin = windows_at(start)[index(Period::hour)].begin;
  counter.apply(windows_at(start), {4, false}, let_go);
  CHECK(counter.is_partial(Period::hour, begin));
  CHECK_FALSE(counter.let_go(let_go));
  counter.restore(Period::hour, begin, 1);
  CHECK_FALSE(counter.is_partial(Period::hour, begin));
  CHECK(value(counter, Period::hour, start) == 5);
  counter.restore(Period::hour, begin, 1);  // not again
  CHECK(value(counter, Period::hour, start) == 5);
}

TEST_CASE("metric counter: set or removed after it went, is whole") {
  for (const std::int64_t amount : {0, 7}) {
    CAPTURE(amount);
    MetricCounter counter = counted({start, start + 3 * day});
    changes(counter);
    REQUIRE(counter.let_go(start + 2 * day));
    if (amount == 0) counter.remove(windows_at(start), start + 2 * day);
    if (amount > 0) counter.apply(windows_at(start), {amount, true}, start + 2 * day);
    bool found = false;
    for (const auto& change : changes(counter)) {
      CHECK_FALSE(change.is_partial);
      found = found || (change.period == Period::day && change.value == amount);
    }
    CHECK(found);
  }
}

TEST_CASE("metric counter: saved and loaded, the same bytes again") {
  MetricCounter counter = counted({start, start - 120, start + 40 * day, start - 60});
  counter.apply(windows_at(start - 9 * day), {1, false}, start);
  const std::string bytes = saved(counter);
  ByteReader in{as_bytes(bytes)};
  const auto loaded = MetricCounter::load(in);
  REQUIRE(loaded.has_value());
  CHECK(in.at_end());
  CHECK(saved(*loaded) == bytes);
  CHECK(loaded->hash(owner) == counter.hash(owner));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteReader cut{as_bytes(std::string_view{bytes}.substr(0, size))};
    CHECK_FALSE(MetricCounter::load(cut).has_value());
  }
}

TEST_CASE("metric counter: bytes that save never writes, refused") {
  using Numbers = std::vector<std::uint64_t>;
  constexpr std::uint64_t negative = 1ULL << 63U;
  constexpr std::uint64_t newest = 30'000'000;
  const auto loads = [](const Numbers& begins, const Numbers& values, const Numbers& rest) {
    std::string bytes;
    ByteWriter out{bytes};
    for (const Numbers& numbers : {begins, values, rest}) {
      for (const std::uint64_t number : numbers) out.varint(number);
    }
    for (int more = 0; more < 64; ++more) out.u8(0);
    ByteReader in{as_bytes(bytes)};
    return MetricCounter::load(in).has_value();
  };
  const Numbers begins{newest, 1, 2, 3, 4, 5, newest};
  const Numbers ones(period_count, 1);
  CHECK(loads(begins, ones, {0}));
  CHECK(loads(begins, ones, {1, 2, 100, 5, 0, 60, 1, 1}));
  CHECK_FALSE(loads({1ULL << 32U, 0, 0, 0, 0, 0, 0}, ones, {0}));
  CHECK(loads({newest, UINT32_MAX, 0, 0, 0, 0, 0}, ones, {0}));  // a minute after the newest one
  CHECK_FALSE(loads({newest, 1ULL << 32U, 0, 0, 0, 0, 0}, ones, {0}));
  CHECK_FALSE(loads(begins, {1, 1, 1, negative, 1, 1, 1}, {0}));
  CHECK_FALSE(loads(begins, ones, {2}));

  CHECK(loads(begins, ones, {1, 1, newest - 1, 5, 1}));
  CHECK_FALSE(loads(begins, ones, {1, 1ULL << 40U}));           // more than there are bytes
  CHECK_FALSE(loads(begins, ones, {1, 2, 60, 5, 0, 0, 1, 0}));  // the same window twice
  CHECK_FALSE(loads(begins, ones, {1, 1, newest, 5, 0}));       // not before the newest
  CHECK_FALSE(loads(begins, ones, {1, 0, 1, newest - 1, 5, 0}));
  CHECK_FALSE(loads(begins, ones, {1, 1, 60, negative, 0}));
  CHECK_FALSE(loads(begins, ones, {1, 1, 60, 5, 2}));
  CHECK_FALSE(loads(begins, ones, {1, 1, 1ULL << 33U, 5, 0}));
}

TEST_CASE("metric counter: in the calendars of zones, each window by its own begin") {
  const TimeZone kolkata = test_zones::kolkata();
  const UnixSeconds at = test_zones::utc(2026, 11, 18, 20, 10);  // there: the 19th, 01:40
  const Windows there = windows_at(at, &kolkata);
  MetricCounter counter{there};
  counter.apply(there, {1, false}, never);
  // The same minute, by UTC's calendar: only the hour and the day begin later or earlier.
  counter.apply(windows_at(at), {10, false}, never);
  CHECK(counter.value(Period::minute, there) == 11);
  CHECK(counter.value(Period::hour, there) == 1);
  CHECK(counter.value(Period::hour, windows_at(at)) == 10);
  CHECK(counter.value(Period::day, there) == 1);
  CHECK(counter.value(Period::day, windows_at(at)) == 10);
  CHECK(counter.value(Period::eternity, there) == 11);
  const std::string bytes = saved(counter);
  ByteReader in{as_bytes(bytes)};
  const auto loaded = MetricCounter::load(in);
  REQUIRE(loaded.has_value());
  CHECK(saved(*loaded) == bytes);
  CHECK(loaded->hash(owner) == counter.hash(owner));
}

TEST_CASE("metric counter: a long day of a zone, let go of no earlier than it ended") {
  const TimeZone berlin = test_zones::berlin();
  const UnixSeconds at = test_zones::utc(2026, 10, 25, 22, 30);  // 25 hours, to 23:00 UTC
  const Windows long_day = windows_at(at, &berlin);
  MetricCounter counter{long_day};
  counter.apply(long_day, {1, false}, never);
  counter.apply(windows_at(at + 3 * day, &berlin), {1, false}, never);
  changes(counter);
  const UnixSeconds end = long_day[index(Period::day)].end;
  counter.let_go(end - 1);
  CHECK(counter.value(Period::day, long_day) == 1);
  CHECK(counter.let_go(end));
  CHECK(counter.value(Period::day, long_day) == 0);
  counter.apply(long_day, {4, false}, end);
  CHECK(counter.is_partial(Period::day, long_day[index(Period::day)].begin));
}

TEST_CASE("metric counter: windows of a range, those of 0 among them, without partial ones") {
  const UnixSeconds begin = windows_at(start)[index(Period::hour)].begin;
  MetricCounter counter = counted({start + 2 * hour, start});
  counter.remove(windows_at(start), never);
  const auto windows = [&](UnixSeconds from, UnixSeconds until) {
    std::vector<UsagePoint> points;
    counter.windows(Period::hour, from, until, points);
    std::vector<std::int64_t> out;
    for (const UsagePoint& point : points) {
      out.push_back((point.begin - begin) / hour);
      out.push_back(point.value);
    }
    return out;
  };
  CHECK(windows(begin, begin + 3 * hour) == std::vector<std::int64_t>{0, 0, 2, 1});
  CHECK(windows(begin + 1, begin + 2 * hour).empty());
  counter.apply(windows_at(start + hour), {3, false}, start + 2 * day);
  CHECK(windows(begin, begin + 3 * hour) == std::vector<std::int64_t>{0, 0, 2, 1});
  counter.restore(Period::hour, begin + hour, 1);
  CHECK(windows(begin, begin + 3 * hour) == std::vector<std::int64_t>{0, 0, 1, 4, 2, 1});
}

TEST_CASE("metric counter: written before windows could be let go of, loaded") {
  const Windows now = windows_at(start);
  std::string bytes;
  ByteWriter out{bytes};
  for (std::size_t i = 0; i < period_count; ++i) {
    out.varint(i == 0 ? 2 : 1);
    if (i == 0) out.varint(static_cast<std::uint64_t>(now[i].begin - 120));
    if (i == 0) out.varint(3);
    out.varint(static_cast<std::uint64_t>(i == 0 ? 120 : now[i].begin));
    out.varint(10 + i);
  }
  ByteReader in{as_bytes(bytes)};
  const auto loaded = MetricCounter::load_format_1(in);
  REQUIRE(loaded.has_value());
  CHECK(in.at_end());
  CHECK(value(*loaded, Period::minute, start - 120) == 3);
  for (const Period period : periods_longest_first) {
    CHECK(value(*loaded, period, start) == static_cast<std::int64_t>(10 + index(period)));
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteReader cut{as_bytes(std::string_view{bytes}.substr(0, size))};
    CHECK_FALSE(MetricCounter::load_format_1(cut).has_value());
  }
}

}  // namespace
}  // namespace mainstay::apim::metric_counter_test
