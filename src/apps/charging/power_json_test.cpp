#include "apps/charging/power_json.hpp"

#include <doctest/doctest.h>

namespace mainstay::charging::power_json_test {
namespace {

const std::string site_text =
    R"({"volts":230,"time_zone":"Europe/Berlin","circuits":[)"
    R"({"name":"main","amperes":[100,100,80],"watts":50000},)"
    R"({"name":"row","parent":"main","amperes":[62.5,62.5,62.5]}],)"
    R"("connectors":[{"station":"CP1","connector":1,"circuit":"row","phases":"STR",)"
    R"("min_amperes":6,"max_amperes":32}]})";

TEST_CASE("power json: a site's circuits, both ways") {
  auto site = read_site(site_text);
  REQUIRE_MESSAGE(site.has_value(), (site ? "" : site.error().message()));
  site->tree.outlets[0].station = StationId{1};
  CHECK(power::check_tree(site->tree).has_value());
  CHECK(site->stations == std::vector<std::string>{"CP1"});
  CHECK(site->tree.circuits[1].amperes[0] == 625);
  CHECK(json::dump(value_of(site->tree, site->time_zone, [](StationId) { return "CP1"; })) ==
        site_text);
}

TEST_CASE("power json: circuits that are none say what is wrong") {
  const auto refused = [](std::string_view text) {
    const auto site = read_site(text);
    return site.has_value() ? std::string{} : site.error().message();
  };
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string text = site_text;
    text.replace(text.find(from), from.size(), to);
    return refused(text);
  };
  CHECK(refused("[]") != "");
  CHECK(refused(R"({"circuits":[]})").find("connectors") != std::string::npos);
  CHECK(with(R"("parent":"main")", R"("parent":"mane")").find("mane") != std::string::npos);
  CHECK(with(R"("circuit":"row")", R"("circuit":"raw")").find("raw") != std::string::npos);
  CHECK(with("[100,100,80]", "[100,100]").find("amperes") != std::string::npos);
  CHECK(with("62.5,", "62.55,").find("one digit") != std::string::npos);
  CHECK(with("[100,100,80]", "0").find("above 0") != std::string::npos);
  CHECK(with("\"STR\"", "\"SSR\"").find("R, S and T") != std::string::npos);
  CHECK(with("\"max_amperes\":32", "\"max_amperes\":\"32\"").find("max_amperes") !=
        std::string::npos);
  CHECK(with("\"watts\"", "\"wats\"").find("wats") != std::string::npos);
  CHECK(with("\"connector\":1", "\"connector\":70000").find("out of range") != std::string::npos);
}

TEST_CASE("power json: a profile comes back as it was") {
  ocpp::ChargingProfile profile;
  profile.charging_profile_id = 100;
  profile.stack_level = 2;
  profile.charging_profile_kind = ocpp::ChargingProfileKind::recurring;
  profile.recurrency_kind = ocpp::RecurrencyKind::weekly;
  profile.valid_from = SystemTime{Seconds{1'795'219'200}};
  profile.valid_to = SystemTime{Seconds{1'795'219'260}};
  profile.charging_schedule.duration = Seconds{86'400};
  profile.charging_schedule.start_schedule = SystemTime{Seconds{1'356'998'400}};
  profile.charging_schedule.charging_rate_unit = ocpp::ChargingRateUnit::watts;
  profile.charging_schedule.charging_schedule_period = {{Seconds{0}, 110'000, 3},
                                                        {Seconds{28'800}, 60'005, {}}};
  profile.charging_schedule.min_charging_rate_tenths = 15;
  const std::string text = json::dump(value_of(profile));
  CHECK(text ==
        R"({"chargingProfileId":100,"stackLevel":2,"chargingProfilePurpose":"TxDefaultProfile",)"
        R"("chargingProfileKind":"Recurring","recurrencyKind":"Weekly",)"
        R"("validFrom":"2026-11-21T00:00:00.000Z","validTo":"2026-11-21T00:01:00.000Z",)"
        R"("chargingSchedule":{"duration":86400,"startSchedule":"2013-01-01T00:00:00.000Z",)"
        R"("chargingRateUnit":"W","chargingSchedulePeriod":[)"
        R"({"startPeriod":0,"limit":11000,"numberPhases":3},)"
        R"({"startPeriod":28800,"limit":6000.5}],"minChargingRate":1.5}})");
  const auto read = read_profile(text);
  REQUIRE(read.has_value());
  CHECK(json::dump(value_of(*read)) == text);
  CHECK(read_profile(R"({"chargingProfileId":100})").has_error());
}

TEST_CASE("power json: an allocation says who has what, and why") {
  auto site = read_site(site_text);
  REQUIRE(site.has_value());
  site->tree.outlets[0].station = StationId{1};
  power::SiteControl control{site->tree};
  const SystemTime now{Seconds{1'795'219'200}};
  const auto text = [&] {
    return json::dump(allocation_json(control, now, [](StationId) { return "CP1"; }));
  };
  CHECK(text().find(R"("state":"uncontrolled")") != std::string::npos);
  control.station_online(StationId{1});
  for (const auto& order : control.advance(now)) {
    control.answered(order.number, power::OrderOutcome::accepted, now);
  }
  CHECK(text().find(R"("state":"idle")") != std::string::npos);
  control.started(StationId{1}, ConnectorNumber{1}, TransactionId{5}, now);
  for (const auto& order : control.advance(now)) {
    control.answered(order.number, power::OrderOutcome::accepted, now);
  }
  CHECK(text() ==
        R"({"at":"2026-11-21T00:00:00.000Z","keeps_limits":true,"connectors":[)"
        R"({"station":"CP1","connector":1,"circuit":"row","phases":"STR","state":"charging",)"
        R"("transaction":5,"share":32,"confirmed":32,"counted":32,"fallback":32,)"
        R"("reason":{"bound":"connector"}}]})");
}

}  // namespace
}  // namespace mainstay::charging::power_json_test
