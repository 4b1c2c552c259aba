#include "apps/apim/outbound/memory/metric_counter.hpp"

#include <string>

#include <doctest/doctest.h>

namespace mainstay::apim {
namespace {

constexpr UnixSeconds start = 1'795'000'020;  // 2026-11-18 12:27:00
constexpr std::uint64_t owner = 42;

MetricCounter counted(std::initializer_list<UnixSeconds> times) {
  MetricCounter counter{windows_at(*times.begin())};
  for (const UnixSeconds at : times) counter.apply(windows_at(at), {1, false});
  return counter;
}

std::string saved(const MetricCounter& counter) {
  std::string out;
  ByteWriter writer{out};
  counter.save(writer);
  return out;
}

TEST_CASE("metric counter: a new one, zero in its windows and no part of the hash") {
  const MetricCounter counter{windows_at(start)};
  CHECK(counter.value(Period::minute, start) == 0);
  CHECK(counter.hash(owner) == 0);
}

TEST_CASE("metric counter: a window older than the newest, counted beside it") {
  const MetricCounter counter = counted({start, start - 120, start - 60, start - 120});
  CHECK(counter.value(Period::minute, start) == 1);
  CHECK(counter.value(Period::minute, start - 60) == 1);
  CHECK(counter.value(Period::minute, start - 120) == 2);
  CHECK(counter.value(Period::minute, start - 180) == 0);
  CHECK(counter.value(Period::eternity, 0) == 4);
}

TEST_CASE("metric counter: a minute every minute for two days, keeps 26 hours of them") {
  MetricCounter counter{windows_at(start)};
  const UnixSeconds end = start + 2 * 86'400;
  for (UnixSeconds at = start; at < end; at += 60) counter.apply(windows_at(at), {1, false});
  const UnixSeconds newest = end - 60;
  CHECK(counter.value(Period::minute, newest - 26 * 3'600 - 60) == 1);
  CHECK(counter.value(Period::minute, newest - 26 * 3'600 - 120) == 0);
  CHECK(counter.value(Period::eternity, 0) == 2 * 1'440);
  CHECK(saved(counter).size() < 4'000);
}

TEST_CASE("metric counter: saved and loaded, the same bytes again") {
  const MetricCounter counter = counted({start, start - 120, start + 40 * 86'400, start - 60});
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
  const auto loads = [](std::initializer_list<std::uint64_t> numbers) {
    std::string bytes;
    ByteWriter out{bytes};
    for (const std::uint64_t number : numbers) out.varint(number);
    for (int rest = 0; rest < 6 * 3; ++rest) out.varint(1);
    ByteReader in{as_bytes(bytes)};
    return MetricCounter::load(in).has_value();
  };
  constexpr std::uint64_t negative = 1ULL << 63U;
  CHECK(loads({1, 60, 5}));
  CHECK(loads({2, 60, 5, 60, 1}));
  CHECK_FALSE(loads({0}));
  CHECK_FALSE(loads({1ULL << 40U, 60, 5}));  // more than there are bytes
  CHECK_FALSE(loads({2, 60, 5, 0, 1}));      // the same window twice
  CHECK_FALSE(loads({1, negative, 5}));
  CHECK_FALSE(loads({1, 60, negative}));
  CHECK_FALSE(loads({2, negative - 1, 5, 1, 1}));  // a begin beyond all time
}

}  // namespace
}  // namespace mainstay::apim
