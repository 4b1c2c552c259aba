#pragma once

#include <array>
#include <chrono>
#include <limits>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "apps/apim/ports/counters.hpp"

namespace mainstay::apim {

/// What every implementation of Counters is held to. `Holder` is default-constructible and has a
/// member `counters`; call from one TEST_CASE per implementation.
template <class Holder>
class CountersContract {
 public:
  static void run() {
    SUBCASE("every period: counts in its own calendar window") { CountersContract{}.windows(); }
    SUBCASE("a zone's windows: counted and read in those, whatever the moment says in UTC") {
      CountersContract{}.zoned_windows();
    }
    SUBCASE("windows of a range: ascending, zeros among them") { CountersContract{}.ranges(); }
    SUBCASE("comparisons: at the limit, beyond it, with and without usage") {
      CountersContract{}.comparisons();
    }
    SUBCASE("one of several comparisons fails: nothing is counted") {
      CountersContract{}.all_or_nothing();
    }
    SUBCASE("response codes: counted by class and, some, by code") {
      CountersContract{}.response_codes();
    }
    SUBCASE("set: overwrites, and #0 removes, in the windows of its time alone") {
      CountersContract{}.sets();
    }
    SUBCASE("values of 0: count nothing and are no traffic") { CountersContract{}.zeros(); }
    SUBCASE("the largest value: is not passed") { CountersContract{}.saturation(); }
    SUBCASE("retention: passed windows stay, however far ahead others are") {
      CountersContract{}.retention();
    }
    SUBCASE("clock steps: nothing is lost or doubled") { CountersContract{}.clock_steps(); }
    SUBCASE("traffic: the first ever and the first of a day, once each") {
      CountersContract{}.traffic();
    }
    SUBCASE("batch: counts all, tells each charge's traffic") { CountersContract{}.batch(); }
    SUBCASE("erased service: its counters and marks are gone, others stay") {
      CountersContract{}.erasure();
    }
    SUBCASE("subjects: are told apart by both ids") { CountersContract{}.subjects(); }
    SUBCASE("spikes: refuse with the calendar limits, all or nothing; reports fill them") {
      CountersContract{}.spikes();
    }
    SUBCASE("key: counts once, for a day") { CountersContract{}.keys(); }
    SUBCASE("key: a denied call leaves it unused") { CountersContract{}.denied_keys(); }
    SUBCASE("key: of a batch, all of it once") { CountersContract{}.batch_keys(); }
    SUBCASE("key: of a call that counts nothing, is known too") { CountersContract{}.empty_keys(); }
    SUBCASE("key: of a call under a spike limit, fills it once") {
      CountersContract{}.spike_keys();
    }
    SUBCASE("state_hash: depends on what is counted, not on the order") {
      CountersContract{}.hashes();
    }
  }

  /// With an implementation that is made with room for so many keys.
  template <class Roomy>
  static void no_room() {
    Roomy holder{2};
    Counters& counters = holder.counters;
    const MetricCharge hit{"hits", {1, false}};
    const Charge charge{app, start, {&hit, 1}, 0};
    Traffic traffic;
    const auto call = [&](std::string_view text, UnixSeconds now) {
      return counters.check_and_charge_once({"service", CallKey::Kind::authrep, text, "r"}, {},
                                            charge, now, traffic);
    };
    CHECK(call("a", start) == Keyed::counted);
    CHECK(call("b", start) == Keyed::counted);
    CHECK(call("c", start) == Keyed::full);
    CHECK(counters.charge_once({"service", CallKey::Kind::report, "a", "r"}, {&charge, 1}, start,
                               {&traffic, 1}) == Keyed::full);
    CHECK(call("a", start) == Keyed::repeated);
    CHECK(counters.value(app, "hits", Period::eternity, start) == 2);
    CHECK(call("a", start + 2 * day) == Keyed::counted);  // in its old place
    CHECK(counters.check_and_charge({}, charge, start, traffic));
    CHECK(counters.value(app, "hits", Period::eternity, start) == 4);
  }

 private:
  static constexpr std::array<Period, period_count> periods = periods_longest_first;
  static constexpr Subject app{"service", "app"};

  /// 2026-11-21 (a Saturday) 01:19:30
  static constexpr UnixSeconds start =
      std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}.time_since_epoch().count() * 86'400 +
      4'770;
  static constexpr UnixSeconds day = 86'400;

  Holder holder_;
  Counters& counters_ = holder_.counters;
  Traffic traffic_;

  void add(std::int64_t amount, UnixSeconds at, std::string_view metric = "hits") {
    count({amount, false}, at, metric);
  }
  void set(std::int64_t amount, UnixSeconds at) { count({amount, true}, at, "hits"); }
  void count(UsageValue value, UnixSeconds at, std::string_view metric) {
    const MetricCharge charge{metric, value};
    Traffic traffic;
    CHECK(counters_.check_and_charge({}, {app, at, {&charge, 1}, 0}, at, traffic));
  }
  std::int64_t value(Period period, UnixSeconds at, std::string_view metric = "hits") {
    return counters_.value(app, metric, period, at);
  }
  bool check(LimitProbe::Compare compare, std::int64_t max, UsageValue usage = {}) {
    LimitProbe probe{"hits", Period::day, max, compare, usage, -1};
    const bool holds = counters_.check(app, start, {&probe, 1});
    CHECK(probe.current == value(Period::day, start));
    return holds;
  }

  void windows() {
    for (const Period period : periods) {
      CAPTURE(to_text(period));
      CountersContract{}.windows_of(period);
    }
  }

  void windows_of(Period period) {
    const Window window = windows_at(start)[index(period)];
    add(3, start);
    CHECK(value(period, start) == 3);
    CHECK(value(period, window.begin) == 3);
    CHECK(value(period, window.end - 1) == 3);
    if (period == Period::eternity) return;
    CHECK(value(period, window.begin - 1) == 0);
    CHECK(value(period, window.end) == 0);
    add(5, window.end);
    CHECK(value(period, window.end) == 5);
    CHECK(value(period, start) == 3);
    CHECK(value(Period::eternity, start) == 8);
  }

  void zoned_windows() {
    Windows zoned = windows_at(start);
    for (const Period period : {Period::hour, Period::day, Period::week, Period::month}) {
      zoned[index(period)].begin -= 1'800;
      zoned[index(period)].end -= 1'800;
    }
    const MetricCharge hit{"hits", {4, false}};
    LimitProbe probe{"hits", Period::day, 4, LimitProbe::Compare::with_usage, {4, false}, -1};
    Traffic traffic;
    add(3, start);  // in UTC: does not count in the zone's windows
    CHECK(counters_.check_and_charge({&probe, 1}, {app, start, {&hit, 1}, 0, &zoned}, start,
                                     traffic));
    CHECK_FALSE(counters_.check(app, {start, &zoned}, {&probe, 1}));
    CHECK(probe.current == 4);
    for (const Period period : {Period::hour, Period::day, Period::week, Period::month}) {
      CHECK(counters_.value(app, "hits", period, {start, &zoned}) == 4);
      CHECK(value(period, start) == 3);
    }
    CHECK(value(Period::minute, start) == 7);
    CHECK(value(Period::eternity, start) == 7);
    const Charge again{app, start, {&hit, 1}, 0, &zoned};
    counters_.charge({&again, 1}, start, {&traffic, 1});
    CHECK(counters_.value(app, "hits", Period::month, {start, &zoned}) == 8);
  }

  void ranges() {
    const UnixSeconds hour = windows_at(start)[index(Period::hour)].begin;
    for (const int step : {2, 0, 1, 3}) add(step + 1, hour + step * 3'600);
    count({0, true}, hour + 3'600, "hits");
    std::vector<UsagePoint> out{{7, 7}};  // appends
    counters_.windows(app, "hits", Period::hour, hour, hour + 3 * 3'600, out);
    REQUIRE(out.size() == 4);
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(out[i + 1].begin == hour + static_cast<UnixSeconds>(i) * 3'600);
      CHECK(out[i + 1].value == (i == 1 ? 0 : static_cast<std::int64_t>(i) + 1));
    }
    out.clear();
    counters_.windows(app, "nothing", Period::hour, hour, hour + 3'600, out);
    counters_.windows({"service", "nobody"}, "hits", Period::hour, hour, hour + 3'600, out);
    counters_.windows(app, "hits", Period::hour, hour + 4 * 3'600, hour + 5 * 3'600, out);
    CHECK(out.empty());
  }

  void comparisons() {
    using Compare = LimitProbe::Compare;
    add(10, start);
    CHECK(check(Compare::nothing, 0));
    CHECK(check(Compare::stored, 10));
    CHECK_FALSE(check(Compare::stored, 9));
    CHECK(check(Compare::with_usage, 12, {2, false}));
    CHECK_FALSE(check(Compare::with_usage, 11, {2, false}));
    CHECK(check(Compare::with_usage, 4, {4, true}));
    CHECK_FALSE(check(Compare::with_usage, 3, {4, true}));
    CHECK(counters_.check(app, start, {}));
  }

  void all_or_nothing() {
    using Compare = LimitProbe::Compare;
    add(1, start);
    std::array<LimitProbe, 3> probes{
        LimitProbe{"hits", Period::minute, 1, Compare::with_usage, {1, false}, -1},
        LimitProbe{"hits", Period::eternity, 2, Compare::with_usage, {1, false}, -1},
        LimitProbe{"other", Period::day, 9, Compare::nothing, {}, -1}};
    const MetricCharge hit{"hits", {1, false}};
    const Charge charge{app, start, {&hit, 1}, 200};
    Traffic traffic{true, true};
    const std::uint64_t before = counters_.state_hash();
    CHECK_FALSE(counters_.check_and_charge(probes, charge, start, traffic));
    CHECK(probes[0].current == 1);
    CHECK(probes[1].current == 1);
    CHECK(probes[2].current == 0);
    CHECK_FALSE(traffic.first_ever);
    CHECK_FALSE(traffic.first_today);
    CHECK(counters_.state_hash() == before);
    probes[0].max = 2;
    CHECK(counters_.check_and_charge(probes, charge, start, traffic));
    CHECK(probes[0].current == 1);  // before the call
    CHECK(value(Period::minute, start) == 2);
  }

  /// Adds to a burst of 3, one back each second, under a limit of `max` a day.
  bool spike(std::int64_t amount, std::int64_t max, SpikeProbe& probe) {
    probe = {.metric_id = "hits", .rule = {.max = 1, .seconds = 1, .burst = 3}};
    probe.amount = amount;
    probe.at = probe.now = start * 1'000'000'000;
    const MetricCharge hit{"hits", {amount, false}};
    LimitProbe limit{"hits", Period::day, max, LimitProbe::Compare::with_usage, {amount, false}, 0};
    Traffic traffic;
    return counters_.check_and_charge({&limit, 1}, {app, start, {&hit, 1}, 0, nullptr, {&probe, 1}},
                                      start, traffic);
  }

  void spikes() {
    SpikeProbe probe;
    CHECK(spike(2, 9, probe));
    CHECK(probe.room == 3);
    CHECK_FALSE(spike(2, 9, probe));  // the spike refuses
    CHECK(probe.room == 1);
    CHECK(probe.wait == 1'000'000'000);
    CHECK_FALSE(spike(1, 2, probe));  // the day refuses
    CHECK(probe.wait == 0);
    CHECK(value(Period::day, start) == 2);
    CHECK(spike(0, 9, probe));  // reads only
    CHECK(probe.room == 1);
    CHECK(spike(1, 3, probe));
    CHECK(value(Period::day, start) == 3);
    CHECK_FALSE(spike(1, 9, probe));

    const MetricCharge hit{"hits", {7, false}};
    std::array<SpikeProbe, 2> reported{probe, probe};
    for (SpikeProbe& one : reported) one.amount = 7;
    const std::array<Charge, 2> charges{
        Charge{app, start, {&hit, 1}, 0, nullptr, {&reported[0], 1}},
        Charge{app, start, {&hit, 1}, 0, nullptr, {&reported[1], 1}}};
    std::array<Traffic, 2> traffic{};
    counters_.charge(charges, start, traffic);
    CHECK(value(Period::day, start) == 17);
    CHECK_FALSE(spike(1, 99, probe));
    CHECK(probe.wait == 1'000'000'000);  // a full burst, not seventeen
    counters_.erase_service("service");
    CHECK(spike(3, 9, probe));
  }

  void response_codes() {
    Traffic traffic;
    for (const int code : {200, 201, 301, 403, 404, 404, 499, 500, 503, 599, 999}) {
      CHECK(counters_.check_and_charge({}, {app, start, {}, code}, start, traffic));
    }
    const auto counted = [&](std::string_view id) { return value(Period::hour, start, id); };
    CHECK(counted(response_code_metrics(299).of_class) == 2);
    CHECK(counted(response_code_metrics(400).of_class) == 4);
    CHECK(counted(response_code_metrics(599).of_class) == 3);
    CHECK(counted(response_code_metrics(200).of_code) == 1);
    CHECK(counted(response_code_metrics(403).of_code) == 1);
    CHECK(counted(response_code_metrics(404).of_code) == 2);
    CHECK(counted(response_code_metrics(500).of_code) == 1);
    CHECK(counted(response_code_metrics(503).of_code) == 1);
    CHECK(counted("2XX") == 0);  // ids that a metric could have are not touched
  }

  void sets() {
    add(7, start - day);
    add(5, start);
    set(2, start);
    for (const Period period : periods) CHECK(value(period, start) == 2);
    CHECK(value(Period::day, start - day) == 7);
    add(1, start);
    CHECK(value(Period::eternity, start) == 3);
    set(0, start);
    for (const Period period : periods) CHECK(value(period, start) == 0);
    CHECK(value(Period::day, start - day) == 7);
    set(0, start - day);
    CHECK(value(Period::day, start - day) == 0);
    set(0, start + day);  // there was nothing
    CHECK(value(Period::day, start + day) == 0);
    add(4, start);
    CHECK(value(Period::minute, start) == 4);
  }

  void zeros() {
    const MetricCharge nothing{"hits", {0, false}};
    const Charge charge{app, start, {&nothing, 1}, 0};
    Traffic traffic;
    const std::uint64_t before = counters_.state_hash();
    CHECK(counters_.check_and_charge({}, charge, start, traffic));
    CHECK_FALSE(traffic.first_ever);
    counters_.charge({&charge, 1}, start, {&traffic, 1});
    CHECK_FALSE(traffic.first_ever);
    CHECK(counters_.state_hash() == before);
  }

  void saturation() {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    add(most - 1, start);
    add(2, start);
    CHECK(value(Period::year, start) == most);
    add(most, start);
    CHECK(value(Period::year, start) == most);
    CHECK(check(LimitProbe::Compare::with_usage, most, {most, false}));
  }

  void retention() {
    add(1, start);
    const Windows then = windows_at(start);
    for (const Period period : {Period::minute, Period::hour, Period::day}) {
      CAPTURE(to_text(period));
      const Seconds kept = retention_of(period);
      add(1, then[index(period)].end + kept.count());
      CHECK(value(period, start) == 1);
    }
    add(1, start + 4'000 * day);
    for (const Period period : {Period::week, Period::month, Period::year}) {
      CHECK(value(period, start) >= 1);
    }
  }

  void clock_steps() {
    for (const UnixSeconds step : {0L, 60L, -60L, 3'600L, -3'600L, 0L, day, -day, 0L}) {
      add(1, start + step);
    }
    CHECK(value(Period::minute, start) == 3);
    CHECK(value(Period::hour, start) == 5);  // both minutes beside it are of the same hour
    CHECK(value(Period::minute, start + 60) == 1);
    CHECK(value(Period::minute, start - day) == 1);
    CHECK(value(Period::day, start) == 7);
    CHECK(value(Period::eternity, start) == 9);
    // However far ahead the clock was: limits go on counting when it is back.
    add(1, start + 4'000 * day);
    add(2, start);
    add(3, start);
    CHECK(value(Period::minute, start) == 8);
  }

  void traffic() {
    const MetricCharge hit{"hits", {1, false}};
    const auto at = [&](UnixSeconds now) {
      Traffic traffic;
      counters_.check_and_charge({}, {app, now - 3'600, {&hit, 1}, 0}, now, traffic);
      return std::pair{traffic.first_ever, traffic.first_today};
    };
    const UnixSeconds midnight = windows_at(start)[index(Period::day)].end;
    CHECK(at(start) == std::pair{true, true});
    CHECK(at(midnight - 1) == std::pair{false, false});
    CHECK(at(midnight) == std::pair{false, true});
    CHECK(at(midnight - 1) == std::pair{false, false});
    CHECK(at(midnight + 1) == std::pair{false, false});
    CHECK(at(midnight + 3 * day) == std::pair{false, true});
  }

  void batch() {
    std::vector<std::array<MetricCharge, 2>> metrics;
    std::vector<std::string> names;
    for (int i = 0; i < 40; ++i) names.push_back("app" + std::to_string(i % 30));
    for (int i = 0; i < 40; ++i) {
      metrics.push_back(
          {MetricCharge{"hits", {i + 1, false}}, MetricCharge{"bytes", {100, false}}});
    }
    std::vector<Charge> charges;
    for (std::size_t i = 0; i < 40; ++i) {
      charges.push_back({{"service", names[i]}, start - 60, metrics[i], i == 0 ? 200 : 0});
    }
    std::vector<Traffic> traffic(charges.size());
    counters_.charge(charges, start, traffic);
    for (std::size_t i = 0; i < 40; ++i) {
      CHECK(traffic[i].first_ever == (i < 30));
      CHECK(traffic[i].first_today == (i < 30));
    }
    const Subject twice{"service", "app3"};
    CHECK(counters_.value(twice, "hits", Period::minute, start - 60) == 4 + 34);
    CHECK(counters_.value(twice, "hits", Period::minute, start) == 0);
    CHECK(counters_.value(twice, "bytes", Period::eternity, start) == 200);
    CHECK(counters_.value({"service", "app29"}, "hits", Period::month, start) == 30);
    counters_.charge({}, start, {});
  }

  void erasure() {
    const MetricCharge hit{"hits", {1, false}};
    const Subject other{"service2", "app"};
    Traffic traffic;
    counters_.check_and_charge({}, {other, start, {&hit, 1}, 0}, start, traffic);
    const std::uint64_t of_other = counters_.state_hash();
    add(1, start);
    counters_.check_and_charge({}, {{"service", "b"}, start, {&hit, 1}, 0}, start, traffic);
    counters_.erase_service("service");
    CHECK(counters_.state_hash() == of_other);
    CHECK(value(Period::eternity, start) == 0);
    CHECK(counters_.value(other, "hits", Period::minute, start) == 1);
    counters_.check_and_charge({}, {app, start, {&hit, 1}, 0}, start, traffic);
    CHECK(traffic.first_ever);
    CHECK(value(Period::eternity, start) == 1);
    counters_.erase_service("nobody");
  }

  void subjects() {
    const MetricCharge hit{"c", {1, false}};
    Traffic traffic;
    counters_.check_and_charge({}, {{"ab", "c"}, start, {&hit, 1}, 0}, start, traffic);
    const std::uint64_t one = counters_.state_hash();
    CHECK(counters_.value({"a", "bc"}, "c", Period::day, start) == 0);
    CHECK(counters_.value({"c", "ab"}, "c", Period::day, start) == 0);
    counters_.erase_service("ab");
    CHECK(counters_.state_hash() == 0);
    counters_.check_and_charge({}, {{"a", "bc"}, start, {&hit, 1}, 0}, start, traffic);
    CHECK(counters_.state_hash() != one);
  }

  static CallKey key(std::string_view text, std::string_view request = "r") {
    return {"service", CallKey::Kind::authrep, text, request};
  }
  Keyed once(const CallKey& of, UnixSeconds now = start, std::int64_t max = 100) {
    const MetricCharge hit{"hits", {1, false}};
    LimitProbe probe{"hits", Period::eternity, max, LimitProbe::Compare::with_usage, {1, false},
                     -1};
    traffic_ = {true, true};
    const std::int64_t before = value(Period::eternity, start);
    const Keyed outcome =
        counters_.check_and_charge_once(of, {&probe, 1}, {app, start, {&hit, 1}, 0}, now, traffic_);
    CHECK(probe.current == before);  // always told
    CHECK(value(Period::eternity, start) == before + (outcome == Keyed::counted ? 1 : 0));
    return outcome;
  }

  void keys() {
    CHECK(once(key("a")) == Keyed::counted);
    CHECK(traffic_.first_ever);
    CHECK(once(key("a")) == Keyed::repeated);
    CHECK_FALSE(traffic_.first_ever);
    CHECK(once(key("a"), start, 0) == Keyed::repeated);  // whatever the limit is by now
    CHECK(once(key("a", "other")) == Keyed::reused);
    CHECK(once(key("b")) == Keyed::counted);
    CHECK(once({"service2", CallKey::Kind::authrep, "a", "r"}) == Keyed::counted);
    CHECK(once({"service", CallKey::Kind::report, "a", "r"}) == Keyed::counted);
    CHECK(counters_.was_counted(key("a"), start));
    CHECK_FALSE(counters_.was_counted(key("a", "other"), start));
    CHECK_FALSE(counters_.was_counted(key("c"), start));
    CHECK(once(key("a"), start - 5 * day) == Keyed::repeated);
    CHECK(once(key("a"), start + day) == Keyed::repeated);
    CHECK_FALSE(counters_.was_counted(key("a"), start + day + 60));
    CHECK(once(key("a", "other"), start + day + 60) == Keyed::counted);
    CHECK(once(key("a", "other"), start + 2 * day) == Keyed::repeated);
  }

  void denied_keys() {
    CHECK(once(key("a"), start, 0) == Keyed::denied);
    CHECK_FALSE(traffic_.first_ever);
    CHECK_FALSE(counters_.was_counted(key("a"), start));
    CHECK(once(key("a", "other"), start, 1) == Keyed::counted);
  }

  void batch_keys() {
    const MetricCharge hit{"hits", {2, false}};
    const std::array<Charge, 3> charges{Charge{app, start, {&hit, 1}, 0},
                                        Charge{{"service", "b"}, start, {&hit, 1}, 0},
                                        Charge{app, start, {&hit, 1}, 200}};
    std::array<Traffic, 3> traffic;
    const auto report = [&](const CallKey& of) {
      return counters_.charge_once(of, charges, start, traffic);
    };
    CHECK(report(key("a")) == Keyed::counted);
    CHECK(traffic[0].first_ever);
    CHECK(traffic[1].first_ever);
    CHECK_FALSE(traffic[2].first_ever);
    CHECK(report(key("a")) == Keyed::repeated);
    CHECK_FALSE(traffic[0].first_ever);
    CHECK(report(key("a", "other")) == Keyed::reused);
    CHECK(value(Period::day, start) == 4);
    CHECK(counters_.value({"service", "b"}, "hits", Period::day, start) == 2);
    counters_.erase_service("service");
    CHECK(report(key("a")) == Keyed::repeated);
    CHECK(value(Period::day, start) == 0);
  }

  void spike_keys() {
    const MetricCharge hit{"hits", {2, false}};
    SpikeProbe probe{.metric_id = "hits", .rule = {.max = 1, .seconds = 1, .burst = 3}};
    probe.amount = 2;
    probe.at = probe.now = start * 1'000'000'000;
    const Charge charge{app, start, {&hit, 1}, 0, nullptr, {&probe, 1}};
    const auto call = [&](std::string_view text) {
      probe.room = probe.wait = -7;  // told in any case
      return counters_.check_and_charge_once(key(text), {}, charge, start, traffic_);
    };
    CHECK(call("a") == Keyed::counted);
    CHECK(probe.room == 3);
    CHECK(call("a") == Keyed::repeated);
    CHECK(probe.room == 1);
    CHECK(call("b") == Keyed::denied);
    CHECK(probe.wait == 1'000'000'000);
    CHECK_FALSE(counters_.was_counted(key("b"), start));
    CHECK(value(Period::day, start) == 2);
    CHECK(counters_.charge_once(key("b"), {&charge, 1}, start, {&traffic_, 1}) == Keyed::counted);
    CHECK(counters_.charge_once(key("b"), {&charge, 1}, start, {&traffic_, 1}) == Keyed::repeated);
    CHECK(call("c") == Keyed::denied);
    CHECK(probe.room == 0);
    CHECK(probe.wait == 2'000'000'000);
    CHECK(value(Period::day, start) == 4);
  }

  void empty_keys() {
    const std::uint64_t before = counters_.state_hash();
    const Charge nothing{app, start, {}, 0};
    CHECK(counters_.check_and_charge_once(key("a"), {}, nothing, start, traffic_) ==
          Keyed::counted);
    CHECK_FALSE(traffic_.first_ever);
    CHECK(counters_.check_and_charge_once(key("a"), {}, nothing, start, traffic_) ==
          Keyed::repeated);
    CHECK(counters_.charge_once(key("b"), {}, start, {}) == Keyed::counted);
    CHECK(counters_.charge_once(key("b"), {}, start, {}) == Keyed::repeated);
    CHECK(counters_.state_hash() == before);
  }

  void hashes() {
    Holder reversed;
    const std::array<UnixSeconds, 5> times{start, start + 60, start + 30 * day, start - 40 * day,
                                           start + 500 * day};
    std::uint64_t before = 0;
    for (const UnixSeconds at : times) {
      add(at % 7 + 1, at);
      CHECK(counters_.state_hash() != before);
      before = counters_.state_hash();
    }
    Traffic traffic;
    for (auto at = times.rbegin(); at != times.rend(); ++at) {
      const MetricCharge charge{"hits", {*at % 7 + 1, false}};
      reversed.counters.check_and_charge({}, {app, *at, {&charge, 1}, 0}, start, traffic);
    }
    CHECK(reversed.counters.state_hash() == before);
  }
};

}  // namespace mainstay::apim
