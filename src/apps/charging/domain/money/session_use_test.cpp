#include "apps/charging/domain/money/session_use.hpp"

#include <doctest/doctest.h>

#include "apps/charging/domain/money/test_tariffs.hpp"

namespace mainstay::charging::session_use_test {
namespace {

using Kind = UsePeriod::Kind;

SystemTime at(std::int64_t minutes) { return SystemTime{Seconds{test::monday + minutes * 60}}; }

SessionFacts hour(WattHours energy) {
  SessionFacts out;
  out.begin = at(0);
  out.end = at(60);
  out.meter_begin = 1'000;
  out.meter_end = 1'000 + energy;
  return out;
}

/// "charging 0-30 5000, parking 30-60 0": minutes and Wh.
std::string told(const SessionFacts& facts) {
  std::string out;
  for (const UsePeriod& one : periods_of(facts)) {
    if (!out.empty()) out += ", ";
    out += one.kind == Kind::charging  ? "charging "
           : one.kind == Kind::parking ? "parking "
                                       : "reserved ";
    out += std::to_string((one.begin - test::monday) / 60) + "-" +
           std::to_string((one.end - test::monday) / 60) + " " + std::to_string(one.energy);
  }
  return out;
}

}  // namespace

TEST_CASE("session use: the meter's points, and what it did in between") {
  SessionFacts facts = hour(10'000);
  CHECK(told(facts) == "charging 0-60 10000");
  facts.points = {{at(30), 9'000}, {at(15), 3'000}};
  CHECK(told(facts) == "charging 0-15 2000, charging 15-30 6000, charging 30-60 2000");
  facts.changes = {{at(45), true}};
  CHECK(told(facts) ==
        "charging 0-15 2000, charging 15-30 6000, charging 30-45 2000, parking 45-60 0");
  facts.changes = {{at(0), true}, {at(30), false}, {at(60), true}};
  CHECK(told(facts) == "parking 0-15 2000, parking 15-30 6000, charging 30-60 2000");
}

TEST_CASE("session use: what the connector told before its begin is another session's") {
  SessionFacts facts = hour(10'000);
  facts.changes = {{at(-5), true}, {at(-1), true}};  // the customer before: Finishing
  CHECK(told(facts) == "charging 0-60 10000");
  facts.changes.push_back({at(1), false});
  CHECK(sums_of(periods_of(facts)).parking == Seconds{0});
  facts.changes.push_back({at(50), true});
  CHECK(sums_of(periods_of(facts)).parking == Seconds{600});
}

TEST_CASE("session use: a meter that goes back or beyond its end, and moments outside") {
  SessionFacts facts = hour(10'000);
  facts.points = {{at(10), 500}, {at(20), 90'000}, {at(30), 2'000}, {at(70), 5'000}, {at(-1), 9}};
  CHECK(told(facts) == "charging 0-10 0, charging 10-20 10000, charging 20-30 0, charging 30-60 0");
  facts.meter_end = 0;
  CHECK(sums_of(periods_of(facts)).energy == 0);
  facts = hour(7);
  facts.end = facts.begin;
  CHECK(told(facts) == "charging 0-0 7");
  facts.end = at(-5);
  CHECK(told(facts) == "charging 0-0 7");
}

TEST_CASE("session use: a reservation comes first, and ends with it or before") {
  SessionFacts facts = hour(10);
  facts.reserved = {at(-20), at(10)};
  CHECK(told(facts) == "reserved -20-0 0, charging 0-60 10");
  facts.reserved = {at(-20), at(-5)};
  CHECK(told(facts) == "reserved -20--5 0, charging 0-60 10");
  facts.reserved = {at(5), at(10)};
  CHECK(told(facts) == "charging 0-60 10");
  const auto expired = periods_of_expired(at(0), at(30));
  REQUIRE(expired.size() == 1);
  CHECK(expired[0].kind == Kind::expired_reservation);
  CHECK(sums_of(expired).reserved == Seconds{1'800});
}

TEST_CASE("session use: whatever stations say can be priced") {
  const Tariff tariff =
      test::tariff({test::element(test::component(Dimension::energy, "1", -1, 1))});
  SessionFacts facts = hour(1'000'000'000'000);
  facts.end = at(365 * 1'440);
  facts.reserved = {at(-200'000), at(10)};
  const auto periods = periods_of(facts);
  CHECK(price_use(tariff, test::utc, periods).has_value());
  CHECK(sums_of(periods).energy == UseLimits::energy_max);
  CHECK(price_use(tariff, test::utc, periods_of_expired(at(0), at(1'000'000))).has_value());
}

}  // namespace mainstay::charging::session_use_test
