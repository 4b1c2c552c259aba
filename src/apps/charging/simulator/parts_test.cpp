#include <doctest/doctest.h>

#include "apps/charging/simulator/charging_limits.hpp"
#include "apps/charging/simulator/configuration.hpp"
#include "apps/charging/simulator/tally.hpp"
#include "apps/charging/simulator/vehicle.hpp"
#include "apps/charging/simulator/wire_text.hpp"
#include "platform/json/json.hpp"

namespace mainstay::charging::simulator::parts_test {
namespace {

TEST_CASE("wire text: times go out in UTC and come back from any offset") {
  const SystemTime at{Micros{1'795'305'600'123'456}};
  std::string text;
  append_time(text, at);
  CHECK(text == "\"2026-11-22T00:00:00.123Z\"");
  CHECK(parse_time("2026-11-22T00:00:00.123456Z") == at);
  CHECK(parse_time("2026-11-22T01:30:00.123456+01:30") == at);
  CHECK(parse_time("2026-11-21T23:00:00.123456-0100") == at);
  CHECK(parse_time("2026-11-22T00:00:00") == SystemTime{Seconds{1'795'305'600}});
  for (const char* const bad : {"", "2026", "2026-02-30T00:00:00Z", "2026-11-22T00:00:00Zx",
                                "2026-11-22T00:00:00.Z", "2026-11-22T00:61:00Z", "now"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_time(bad));
  }
}

TEST_CASE("configuration: every key is found by its name; a security profile only rises") {
  const Defaults defaults = standard_defaults();
  Configuration keys{defaults};
  for (std::size_t i = 0; i < key_count; ++i) {
    CHECK(find_key(name_of(static_cast<Key>(i))) == static_cast<Key>(i));
  }
  using Change = Configuration::Change;
  CHECK(keys.integer(Key::meter_value_sample_interval) == 60);
  CHECK(keys.change("SecurityProfile", "2") == Change::accepted);
  CHECK(keys.change("SecurityProfile", "1") == Change::rejected);
  CHECK(keys.change("AuthorizationKey", "short") == Change::rejected);
  CHECK(keys.change("AuthorizeRemoteTxRequests", "maybe") == Change::rejected);
  CHECK(keys.change("AuthorizeRemoteTxRequests", "true") == Change::accepted);
  CHECK(keys.truth(Key::authorize_remote_tx_requests));
  CHECK(is_secret(Key::authorization_key));
  CHECK(is_read_only(Key::supported_feature_profiles));
}

TEST_CASE("latencies: percentiles are at most 3 % off") {
  Latencies some;
  CHECK(some.percentile(0.5) == Micros{0});
  for (int i = 1; i <= 10'000; ++i) some.add(Micros{i * 10});
  Latencies all;
  all.merge(some);
  CHECK(all.count() == 10'000);
  CHECK(static_cast<double>(all.percentile(0.5).count()) == doctest::Approx(50'000).epsilon(0.035));
  CHECK(static_cast<double>(all.percentile(0.99).count()) ==
        doctest::Approx(99'000).epsilon(0.035));
  all.add(Micros{INT64_MAX});
  all.add(Micros{-1});
  CHECK(all.percentile(1) > Seconds{4'000});
}

TEST_CASE("vehicle: direct current tapers, and no energy gets lost between readings") {
  const Supply supply{true, 150'000};
  Vehicle car;
  car.capacity_wms = 60'000 * wms_a_wh;
  car.charge_wms = car.capacity_wms / 2;
  car.target_wms = car.capacity_wms;
  car.battery_max = 100'000;
  CHECK(appetite(car, supply) == 100'000);
  car.charge_wms = car.capacity_wms / 100 * 90;
  const Watts late = appetite(car, supply);
  CHECK(late < 50'000);
  CHECK(late > 10'000);
  Vehicle same = car;
  const auto at_once = charge(car, supply, 7'000, Seconds{600});
  std::int64_t bit_by_bit = 0;
  for (int i = 0; i < 600; ++i) bit_by_bit += charge(same, supply, 7'000, Seconds{1});
  CHECK(at_once == bit_by_bit);
  CHECK(at_once == 7'000LL * 600'000);
  (void)charge(car, supply, 200'000, Seconds{36'000});
  CHECK(car.is_full());
  CHECK(appetite(car, supply) == 0);
}

ChargingProfile profile(std::int64_t id, std::int64_t level, Purpose purpose, Watts limit) {
  ChargingProfile out;
  out.id = id;
  out.stack_level = level;
  out.purpose = purpose;
  out.unit = RateUnit::watts;
  out.periods = {{Seconds{0}, limit * 10, 3}};
  return out;
}

TEST_CASE("charging limits: the highest valid level of the closest purpose counts") {
  const ConnectorNumber one{1};
  const ConnectorNumber whole{0};
  const SystemTime at{Seconds{1'800'000'000}};
  const RunningCharge charge{one, 5, at};
  ChargingLimits limits;
  CHECK(limits.limit(charge, at) == std::nullopt);
  CHECK_FALSE(limits.install(one, profile(1, 0, Purpose::station_max, 1)));
  CHECK_FALSE(limits.install(whole, profile(1, 0, Purpose::tx, 1)));
  CHECK(limits.install(whole, profile(1, 0, Purpose::tx_default, 10'000)));
  CHECK(limits.limit(charge, at) == 10'000);
  ChargingProfile later = profile(2, 3, Purpose::tx_default, 5'000);
  later.valid_from = at + Seconds{60};
  CHECK(limits.install(whole, later));
  CHECK(limits.limit(charge, at) == 10'000);
  CHECK(limits.next_change(charge, at) == at + Seconds{60});
  CHECK(limits.limit(charge, at + Seconds{60}) == 5'000);
  CHECK(limits.install(one, profile(3, 0, Purpose::tx_default, 7'000)));
  CHECK(limits.limit(charge, at) == 7'000);
  ChargingProfile other = profile(4, 0, Purpose::tx, 3'000);
  other.transaction_id = 6;
  CHECK(limits.install(one, other));
  CHECK(limits.limit(charge, at) == 7'000);
  other.transaction_id = 5;
  CHECK(limits.install(one, other));
  CHECK(limits.limit(charge, at) == 3'000);
  CHECK(limits.size() == 4);
  limits.forget_transaction(one);
  CHECK(limits.limit(charge, at) == 7'000);
  CHECK(limits.clear({.purpose = Purpose::tx_default, .stack_level = 0}) == 2);
  CHECK(limits.clear({.id = 2, .connector = one}) == 1);
}

TEST_CASE("charging limits: a schedule in amperes that recurs, and what it adds up to") {
  const auto value = json::parse(R"({"chargingProfileId":1,"stackLevel":0,
      "chargingProfilePurpose":"TxDefaultProfile","chargingProfileKind":"Recurring",
      "recurrencyKind":"Daily","chargingSchedule":{"startSchedule":"2026-11-20T08:00:00Z",
      "chargingRateUnit":"A","duration":36000,"chargingSchedulePeriod":[
      {"startPeriod":0,"limit":16},{"startPeriod":3600,"limit":6.5,"numberPhases":1}]}})");
  auto parsed = parse_profile(*value);
  REQUIRE(parsed);
  ChargingLimits limits;
  CHECK(limits.install(ConnectorNumber{0}, *parsed));
  const SystemTime at = *parse_time("2026-11-22T08:30:00Z");
  const RunningCharge charge{ConnectorNumber{1}, {}, at};
  CHECK(limits.limit(charge, at) == 11'040);
  const auto steps = limits.composite(charge, at, Seconds{12 * 3600}, 22'000);
  REQUIRE(steps.size() == 3);
  CHECK(steps[1].start == Seconds{1'800});
  CHECK(steps[1].limit == 1'495);
  CHECK(steps[2].start == Seconds{9 * 3600 + 1'800});
  CHECK(steps[2].limit == 22'000);
  for (const char* const bad :
       {"{}", R"({"chargingProfileId":1,"stackLevel":0,"chargingProfilePurpose":"TxProfile",
           "chargingProfileKind":"Absolute","chargingSchedule":{"chargingRateUnit":"A",
           "chargingSchedulePeriod":[{"startPeriod":5,"limit":1}]}})"}) {
    CHECK_FALSE(parse_profile(*json::parse(bad)));
  }
}

}  // namespace
}  // namespace mainstay::charging::simulator::parts_test
