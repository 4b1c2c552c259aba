#include "apps/charging/domain/power/composite_schedule.hpp"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "base/random.hpp"

namespace mainstay::charging::power::composite_schedule_test {
namespace {

using ocpp::ChargingProfileKind;
using ocpp::ChargingProfilePurpose;
using ocpp::ChargingRateUnit;

constexpr auto most = ChargingProfilePurpose::charge_point_max_profile;
constexpr auto fallback = ChargingProfilePurpose::tx_default_profile;
constexpr auto own = ChargingProfilePurpose::tx_profile;

constexpr std::int64_t hour = 3'600;
constexpr std::int64_t day = 24 * hour;
constexpr std::int64_t midnight = 1'795'219'200;  // 2026-11-21 00:00 UTC

SystemTime at(std::int64_t seconds) { return SystemTime{Seconds{seconds}}; }

/// Berlin in 2026: summer time ends on October 25th 01:00 UTC; it began on March 29th.
const TimeZone& berlin() {
  static const TimeZone zone{"Europe/Berlin",
                             {{0, 3'600}, {1'774'746'000, 7'200}, {1'792'890'000, 3'600}}};
  return zone;
}

/// "0:160 3600:100" as periods; a third number is the phases.
std::vector<ocpp::ChargingSchedulePeriod> periods(
    std::initializer_list<std::pair<std::int64_t, std::int64_t>> list) {
  std::vector<ocpp::ChargingSchedulePeriod> out;
  for (const auto& [start, tenths] : list) out.push_back({Seconds{start}, tenths, {}});
  return out;
}

InstalledProfile profile(std::uint16_t connector, ChargingProfilePurpose purpose,
                         std::int32_t level,
                         std::initializer_list<std::pair<std::int64_t, std::int64_t>> list) {
  InstalledProfile out;
  out.connector = ConnectorNumber{connector};
  out.profile.charging_profile_purpose = purpose;
  out.profile.stack_level = level;
  out.profile.charging_schedule.start_schedule = at(midnight);
  out.profile.charging_schedule.charging_schedule_period = periods(list);
  return out;
}

std::string text_of(const CompositeSchedule& schedule) {
  std::string out;
  for (const CompositePeriod& period : schedule.periods) {
    if (!out.empty()) out += ' ';
    out += std::to_string(period.start.count()) + ':';
    out += period.limit_tenths ? std::to_string(*period.limit_tenths) : "none";
    if (period.phases != 3) out += '/' + std::to_string(period.phases);
  }
  return out;
}

struct Scene {
  std::vector<InstalledProfile> installed = {};
  ConnectorState connector{.number = ConnectorNumber{1}};
  Supply supply = {};
  std::int64_t begin = midnight;
  std::int64_t length = 2 * hour;
  ChargingRateUnit unit = ChargingRateUnit::amperes;

  void charge(std::int32_t id, std::int64_t since) {
    connector.transaction = RunningTransaction{TransactionId{id}, at(since)};
  }
  [[nodiscard]] std::string text() const {
    const Window window{at(begin), Seconds{length}, unit};
    return text_of(composite_of_connector(installed, connector, window, supply));
  }
};

TEST_CASE("composite schedule: without profiles there is no limit") {
  Scene scene;
  CHECK(scene.text() == "0:none");
  scene.connector.maximum_tenths = 320;
  CHECK(scene.text() == "0:320");
}

TEST_CASE("composite schedule: a daily profile, the standard's example") {
  // All vehicles get 11 kW, but 6 kW from 8 to 20 o'clock; every day.
  auto daily = profile(0, fallback, 0, {{0, 110'000}, {8 * hour, 60'000}, {20 * hour, 110'000}});
  daily.profile.charging_profile_kind = ChargingProfileKind::recurring;
  daily.profile.recurrency_kind = ocpp::RecurrencyKind::daily;
  daily.profile.charging_schedule.duration = Seconds{day};
  daily.profile.charging_schedule.start_schedule = at(1'356'998'400);  // 2013-01-01 00:00 UTC
  daily.profile.charging_schedule.charging_rate_unit = ChargingRateUnit::watts;
  Scene scene{.installed = {daily}, .begin = midnight + 6 * hour, .length = day};
  scene.unit = ChargingRateUnit::watts;
  CHECK(scene.text() == "0:110000 7200:60000 50400:110000");
  scene.unit = ChargingRateUnit::amperes;  // 11000 / (3 x 230) = 15.94
  CHECK(scene.text() == "0:159 7200:86 50400:159");
}

TEST_CASE("composite schedule: the highest stack level that has a period counts") {
  Scene scene;
  scene.installed = {profile(1, fallback, 0, {{0, 100}}), profile(1, fallback, 2, {{0, 300}}),
                     profile(1, fallback, 1, {{0, 50}})};
  scene.installed[1].profile.charging_schedule.duration = Seconds{600};
  scene.installed[2].profile.valid_to = at(midnight + 1'200);
  CHECK(scene.text() == "0:300 600:50 1200:100");
  scene.installed.erase(scene.installed.begin());
  CHECK(scene.text() == "0:300 600:50 1200:none");
  scene.installed[0].profile.valid_from = at(midnight + 300);
  CHECK(scene.text() == "0:50 300:300 600:50 1200:none");
}

TEST_CASE("composite schedule: a recurrence shorter than its profile leaves a gap") {
  auto daily = profile(1, fallback, 1, {{0, 200}});
  daily.profile.charging_profile_kind = ChargingProfileKind::recurring;
  daily.profile.recurrency_kind = ocpp::RecurrencyKind::daily;
  daily.profile.charging_schedule.duration = Seconds{6 * hour};
  Scene scene{.installed = {daily}, .length = 2 * day};
  CHECK(scene.text() == "0:200 21600:none 86400:200 108000:none");
  scene.installed.push_back(profile(0, fallback, 0, {{0, 60}}));
  CHECK(scene.text() == "0:200 21600:60 86400:200 108000:60");
  // Periods beyond a recurrence are not run.
  scene.installed[0].profile.charging_schedule.duration.reset();
  scene.installed[0].profile.charging_schedule.charging_schedule_period =
      periods({{0, 200}, {23 * hour, 150}, {25 * hour, 10}});
  CHECK(scene.text() == "0:200 82800:150 86400:200 169200:150");
}

TEST_CASE("composite schedule: the least of the purposes; a TxProfile instead of a TxDefault") {
  Scene scene;
  scene.installed = {profile(0, most, 0, {{0, 200}}), profile(0, fallback, 0, {{0, 160}}),
                     profile(1, own, 0, {{0, 320}, {600, 60}})};
  scene.installed[2].profile.transaction_id = TransactionId{7};
  scene.installed[2].profile.charging_schedule.duration = Seconds{1'200};
  CHECK(scene.text() == "0:160");  // nobody charges
  scene.charge(8, midnight);
  CHECK(scene.text() == "0:160");  // it is another transaction's
  scene.charge(7, midnight);
  CHECK(scene.text() == "0:200 600:60 1200:160");
  scene.installed[2].profile.transaction_id.reset();
  scene.charge(8, midnight);
  CHECK(scene.text() == "0:200 600:60 1200:160");
  scene.connector.number = ConnectorNumber{2};
  CHECK(scene.text() == "0:160");
}

TEST_CASE("composite schedule: a connector's TxDefault replaces the station's of its level") {
  Scene scene;
  scene.installed = {profile(0, fallback, 1, {{0, 100}}), profile(1, fallback, 1, {{0, 250}}),
                     profile(0, fallback, 0, {{0, 80}})};
  scene.installed[1].profile.charging_schedule.duration = Seconds{600};
  CHECK(scene.text() == "0:250 600:80");
  scene.connector.number = ConnectorNumber{2};
  CHECK(scene.text() == "0:100");
}

TEST_CASE("composite schedule: relative profiles, and those without start, count from the charge") {
  Scene scene;
  scene.installed = {profile(1, fallback, 0, {{0, 320}, {1'800, 60}})};
  scene.installed[0].profile.charging_schedule.start_schedule.reset();
  CHECK(scene.text() == "0:none");
  scene.charge(1, midnight - 600);
  CHECK(scene.text() == "0:320 1200:60");
  scene.installed[0].profile.charging_profile_kind = ChargingProfileKind::relative;
  CHECK(scene.text() == "0:320 1200:60");
}

TEST_CASE("composite schedule: units are converted at the least number of phases") {
  Scene scene;
  scene.installed = {profile(0, most, 0, {{0, 69'000}}), profile(0, fallback, 0, {{0, 320}})};
  scene.installed[0].profile.charging_schedule.charging_rate_unit = ChargingRateUnit::watts;
  CHECK(scene.text() == "0:100");  // 6900 W on three phases
  scene.unit = ChargingRateUnit::watts;
  CHECK(scene.text() == "0:69000");
  scene.installed[1].profile.charging_schedule.charging_schedule_period[0].number_phases = 1;
  CHECK(scene.text() == "0:69000/1");
  scene.unit = ChargingRateUnit::amperes;
  CHECK(scene.text() == "0:300/1");
  scene.connector.phases = 1;
  scene.installed.pop_back();
  CHECK(scene.text() == "0:300/1");
}

TEST_CASE("composite schedule: days begin at local time, also when clocks change") {
  // Each day at 6:00 in Berlin, for 24 hours of periods.
  auto daily = profile(1, fallback, 0, {{0, 160}, {12 * hour, 60}});
  daily.profile.charging_profile_kind = ChargingProfileKind::recurring;
  daily.profile.recurrency_kind = ocpp::RecurrencyKind::daily;
  daily.profile.charging_schedule.start_schedule = at(1'792'814'400);  // October 24th, 04:00 UTC
  Scene scene{.installed = {daily}, .begin = 1'792'814'400, .length = 2 * day};
  CHECK(scene.text() == "0:160 43200:60 86400:160 129600:60");
  scene.supply.zone = &berlin();  // the day of 25 hours: the second begins an hour later
  CHECK(scene.text() == "0:160 43200:60 90000:160 133200:60");
  // A recurrence whose local time comes twice begins at the first.
  scene.installed[0].profile.charging_schedule.start_schedule = at(1'792'800'000);  // 02:00 local
  scene.begin = 1'792'886'400;
  scene.length = hour * 2;
  scene.installed[0].profile.charging_schedule.charging_schedule_period =
      periods({{0, 160}, {hour, 60}});
  CHECK(scene.text() == "0:160 3600:60");
}

TEST_CASE("composite schedule: of the station, its own limit or the sum of its connectors'") {
  std::vector<InstalledProfile> installed = {profile(0, most, 0, {{0, 400}})};
  const std::vector<ConnectorState> connectors = {{.number = ConnectorNumber{1}},
                                                  {.number = ConnectorNumber{2}, .phases = 1}};
  const Window window{at(midnight), Seconds{hour}, ChargingRateUnit::amperes};
  const auto text = [&] {
    return text_of(composite_of_station(installed, connectors, window, {}));
  };
  CHECK(text() == "0:400");
  installed.push_back(profile(1, fallback, 0, {{0, 160}}));
  CHECK(text() == "0:400");  // the other connector has no limit
  installed.push_back(profile(2, fallback, 0, {{0, 100}, {600, 320}}));
  CHECK(text() == "0:260 600:400");
  installed.erase(installed.begin());
  CHECK(text() == "0:260 600:480");
}

TEST_CASE("composite schedule: one with too many periods is cut") {
  auto busy = profile(1, fallback, 0, {});
  for (std::int64_t i = 0; i < 500; ++i) {
    busy.profile.charging_schedule.charging_schedule_period.push_back(
        {Seconds{i * 60}, 60 + i % 2, {}});
  }
  busy.profile.charging_profile_kind = ChargingProfileKind::recurring;
  busy.profile.recurrency_kind = ocpp::RecurrencyKind::daily;
  const Window window{at(midnight), Window::duration_max, ChargingRateUnit::amperes};
  const auto cut = composite_of_connector({&busy, 1}, {.number = ConnectorNumber{1}}, window, {});
  CHECK(cut.periods.size() == CompositeSchedule::periods_max);
  CHECK(cut.duration == Seconds{2 * day});
}

// ---- A naive evaluator: every profile's begins are found by looking at every minute's wall time;
// every minute of the window is asked for by itself.

struct Naive {
  const Scene& scene;

  [[nodiscard]] std::int64_t local(std::int64_t moment) const {
    return scene.supply.zone != nullptr ? scene.supply.zone->local(moment) : moment;
  }

  /// When the run of the profile around `moment` began.
  [[nodiscard]] std::optional<std::int64_t> begin(const ocpp::ChargingProfile& one,
                                                  std::int64_t moment) const {
    const auto& start = one.charging_schedule.start_schedule;
    if (one.charging_profile_kind == ChargingProfileKind::relative || !start) {
      if (!scene.connector.transaction) return {};
      return scene.connector.transaction->started_at.time_since_epoch() / Seconds{1};
    }
    const std::int64_t first = start->time_since_epoch() / Seconds{1};
    if (one.charging_profile_kind == ChargingProfileKind::absolute || moment < first) return first;
    const std::int64_t step = one.recurrency_kind == ocpp::RecurrencyKind::daily ? day : 7 * day;
    std::int64_t wanted = local(first) + step;
    std::int64_t last = first;
    for (std::int64_t minute = first; minute <= moment; minute += 900) {
      if (local(minute) < wanted) continue;
      last = minute;
      wanted += step;
    }
    return last;
  }

  [[nodiscard]] std::optional<std::int64_t> limit(const ocpp::ChargingProfile& one,
                                                  std::int64_t moment) const {
    if (one.valid_from && at(moment) < *one.valid_from) return {};
    if (one.valid_to && at(moment) >= *one.valid_to) return {};
    const auto since = begin(one, moment);
    if (!since || moment < *since) return {};
    const auto& schedule = one.charging_schedule;
    if (schedule.duration && moment >= *since + schedule.duration->count()) return {};
    std::optional<std::int64_t> out;
    for (const auto& period : schedule.charging_schedule_period) {
      if (*since + period.start_period.count() <= moment) out = period.limit_tenths;
    }
    return out;
  }

  template <class Takes>
  std::optional<std::int64_t> best(std::int64_t moment, Takes takes) const {
    std::optional<std::int64_t> out;
    std::int32_t level = -1;
    for (const InstalledProfile& one : scene.installed) {
      if (!takes(one) || one.profile.stack_level <= level) continue;
      if (const auto found = limit(one.profile, moment)) {
        out = found;
        level = one.profile.stack_level;
      }
    }
    return out;
  }

  [[nodiscard]] bool replaced(const InstalledProfile& station) const {
    return std::ranges::any_of(scene.installed, [&](const InstalledProfile& one) {
      return one.profile.charging_profile_purpose == fallback &&
             one.connector == scene.connector.number &&
             one.profile.stack_level == station.profile.stack_level;
    });
  }

  [[nodiscard]] std::optional<std::int64_t> composite(std::int64_t moment) const {
    auto chosen = best(moment, [&](const InstalledProfile& one) {
      return one.profile.charging_profile_purpose == own && scene.connector.transaction &&
             one.connector == scene.connector.number;
    });
    if (!chosen) {
      chosen = best(moment, [&](const InstalledProfile& one) {
        return one.profile.charging_profile_purpose == fallback &&
               (one.connector == scene.connector.number ||
                (one.connector.get() == 0 && !replaced(one)));
      });
    }
    const auto station = best(moment, [](const InstalledProfile& one) {
      return one.profile.charging_profile_purpose == most;
    });
    if (!chosen || !station) return chosen ? chosen : station;
    return std::min(*chosen, *station);
  }
};

/// Quarters of an hour around a change of clocks, so that the naive side can look at each.
InstalledProfile random_profile(Random& random, std::int64_t around) {
  const auto quarter = [&](std::uint64_t below) {
    return static_cast<std::int64_t>(random.below(below)) * 900;
  };
  InstalledProfile out;
  ocpp::ChargingProfile& one = out.profile;
  one.charging_profile_purpose = std::array{most, fallback, own}[random.below(3)];
  out.connector = ConnectorNumber{
      static_cast<std::uint16_t>(one.charging_profile_purpose == most  ? 0
                                 : one.charging_profile_purpose == own ? 1
                                                                       : random.below(2))};
  one.stack_level = static_cast<std::int32_t>(random.below(3));
  auto& schedule = one.charging_schedule;
  schedule.start_schedule = at(around - 3 * day + quarter(4 * 96));
  if (random.below(2) == 0) {
    one.charging_profile_kind = ChargingProfileKind::recurring;
    one.recurrency_kind =
        random.below(4) == 0 ? ocpp::RecurrencyKind::weekly : ocpp::RecurrencyKind::daily;
  } else if (one.charging_profile_purpose != most && random.below(2) == 0) {
    one.charging_profile_kind = ChargingProfileKind::relative;
    schedule.start_schedule.reset();
  }
  if (random.below(2) == 0) schedule.duration = Seconds{900 + quarter(120)};
  if (random.below(3) == 0) one.valid_from = at(around - day + quarter(192));
  if (random.below(3) == 0) one.valid_to = at(around + quarter(192));
  for (std::int64_t start = 0, n = 0; n < 4; start += 900 + quarter(50), ++n) {
    schedule.charging_schedule_period.push_back(
        {Seconds{start}, static_cast<std::int64_t>(random.below(400)), {}});
  }
  return out;
}

TEST_CASE("composite schedule: random profiles agree with a naive evaluator") {
  Random random{20'261'122};
  for (int round = 0; round < 40; ++round) {
    // Spring or autumn in Berlin, or plain days of 24 hours.
    const std::int64_t around = random.below(2) == 0 ? 1'774'742'400 : 1'792'886'400;
    Scene scene{.begin = around - day, .length = 3 * day};
    if (random.below(3) != 0) scene.supply.zone = &berlin();
    if (random.below(2) == 0) {
      scene.charge(1, around - day + static_cast<std::int64_t>(random.below(96)) * 900);
    }
    std::int32_t id = 1;
    for (std::uint64_t left = 1 + random.below(6); left > 0; --left) {
      InstalledProfile one = random_profile(random, around);
      one.profile.charging_profile_id = id++;
      install(scene.installed, std::move(one));
    }
    const CompositeSchedule schedule =
        composite_of_connector(scene.installed, scene.connector,
                               {at(scene.begin), Seconds{scene.length}, {}}, scene.supply);
    const Naive naive{scene};
    std::size_t place = 0;
    for (std::int64_t offset = 0; offset < scene.length; offset += 900) {
      while (place + 1 < schedule.periods.size() &&
             schedule.periods[place + 1].start.count() <= offset) {
        ++place;
      }
      REQUIRE(schedule.periods[place].limit_tenths == naive.composite(scene.begin + offset));
    }
  }
}

}  // namespace
}  // namespace mainstay::charging::power::composite_schedule_test
