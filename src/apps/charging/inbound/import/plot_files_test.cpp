#include "apps/charging/inbound/import/plot_files.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace mainstay::charging::plot_files_test {
namespace {

struct Row {
  std::size_t line;
  Result<Plot> plot;
  ClosedSite closed{};  // instead of the plot
};

using Read = void (*)(std::string_view, const ImportOptions&, const TakeImported&);

std::vector<Row> rows(Read read, std::string_view text, ChargeMapNames names = {}) {
  std::vector<Row> out;
  read(text, {.country = "CH", .now = SystemTime{Seconds{1}}, .names = std::move(names)},
       [&](std::size_t line, Result<ImportedSite> site) {
         if (site.has_error()) {
           out.push_back({line, std::move(site).error()});
         } else if (auto* plot = std::get_if<Plot>(&*site)) {
           out.push_back({line, std::move(*plot)});
         } else {
           out.push_back({line, Error{ImportErrc::import_skipped}, std::get<ClosedSite>(*site)});
         }
         return true;
       });
  return out;
}

constexpr std::string_view sites = R"([
 {"ID": 7, "UUID": "x", "DataProvider": {"Title": "Town of {Test}", "License": "CC BY 4.0"},
  "OperatorInfo": {"Title": "Volt"}, "UsageTypeID": 4, "UsageCost": "0.40 a kWh",
  "AddressInfo": {"Title": "Quay \"9\"", "AddressLine1": "Quay 9", "Town": "Testwil",
    "Postcode": "9999", "Country": {"ISOCode": "LI"}, "Latitude": 47.14, "Longitude": 9.52,
    "RelatedURL": "javascript:x"},
  "Connections": [{"ConnectionTypeID": 33, "PowerKW": 150, "CurrentTypeID": 30, "Quantity": 2},
    {"ConnectionType": {"ID": 25}, "PowerKW": 22, "CurrentType": {"ID": 20}}]},
 {"ID": 8, "AddressInfo": {"Title": "", "Latitude": 47, "Longitude": 8}},
 {"ID": 9, "AddressInfo": {"Title": "Nowhere", "Latitude": 97, "Longitude": 8}},
 {"ID": 10, "StatusTypeID": 200, "AddressInfo": {}},
 {"ID": 11, "AddressInfo" 3}
])";

constexpr std::string_view table =
    "Fuel Type Code,Station Name,Street Address,City,ZIP,Status Code,Access Days Time,"
    "EV Level2 EVSE Num,EV DC Fast Count,EV Network,Latitude,Longitude,ID,EV Connector Types,"
    "Country,Access Code\n"
    "ELEC,\"Mall, north\",1 Main St,Albany,12207,E,24 hours daily,4,2,ChargePoint Network,42.65,"
    "-73.75,100,J1772 J1772COMBO CHADEMO,US,public\n"
    "CNG,Gas,,,,E,,,,,42,-73,101,,US,public\n"
    "ELEC,Odd,,,,E,Mon-Fri,1,,,42,-73,,,US,private\n"
    "ELEC,Far,,,,E,,1,,,42,-773,103,,US,private\n"
    "ELEC,Plain,,,,E,Mon-Fri,3,,,42,-73,104,,US,private\n"
    "ELEC,Later,,,,P,,3,,,42,-73,105,,US,public\n";

}  // namespace

TEST_CASE("import: Open Charge Map's sites, with the lines where they begin") {
  const auto read = rows(read_open_charge_map, sites);
  REQUIRE(read.size() == 5);
  REQUIRE_MESSAGE(read[0].plot.has_value(), (read[0].plot ? "" : read[0].plot.error().message()));
  const Plot& plot = *read[0].plot;
  CHECK(read[0].line == 2);
  CHECK(plot.source == "ocm");
  CHECK(plot.source_id == "7");
  CHECK(plot.attribution == "Town of {Test}; CC BY 4.0");
  CHECK(plot.name == "Quay \"9\"");
  CHECK(plot.country == "LI");
  CHECK(plot.website.empty());
  CHECK(plot.access == Access::restricted);
  CHECK(plot.description == "Cost: 0.40 a kWh");
  REQUIRE(plot.offers.size() == 2);
  CHECK(plot.offers[0].standard == ConnectorStandard::ccs2);
  CHECK(plot.offers[0].power_w == 150'000);
  CHECK(plot.offers[0].count == 2);
  CHECK(plot.offers[1].standard == ConnectorStandard::type2);
  CHECK(plot.offers[1].current == CurrentKind::ac3);
  CHECK(read[1].plot->name == "Open Charge Map 8");
  CHECK(read[1].plot->country == "CH");
  CHECK(read[1].line == 9);
  CHECK(read[2].plot.error().is(ImportErrc::import_invalid));
  CHECK(read[3].closed.source_id == "10");
  CHECK(read[4].plot.has_error());
  CHECK(read[4].line == 12);
  CHECK(rows(read_open_charge_map, "{\"ID\":1,\"AddressInfo\":{}}\n{\"ID\":2").size() == 2);
  CHECK(rows(read_open_charge_map, "no JSON at all").empty());
}

TEST_CASE("import: of Open Charge Map's sites no planned and no removed ones") {
  const auto outcome = [](std::string_view status) {
    const auto read =
        rows(read_open_charge_map,
             std::string{R"({"ID": 1, )"}.append(status).append(
                 R"(, "AddressInfo": {"Title": "Q", "Latitude": 47, "Longitude": 8}})"));
    REQUIRE(read.size() == 1);
    if (read[0].plot.has_value()) return std::string{"taken"};
    CHECK(read[0].closed.source_id == "1");
    return read[0].closed.why;
  };
  CHECK(outcome(R"("StatusTypeID": 150)") == "planned");
  CHECK(outcome(R"("StatusType": {"ID": 150})") == "planned");
  CHECK(outcome(R"("StatusTypeID": 200)") == "it was removed");
  CHECK(outcome(R"("StatusTypeID": 210)") == "it was removed");
  for (const char* kept : {"0", "30", "50", "75", "100"}) {  // it may be charged at again
    CAPTURE(kept);
    CHECK(outcome(std::string{R"("StatusTypeID": )"}.append(kept)) == "taken");
  }
}

TEST_CASE("import: Open Charge Map's types of connection") {
  const auto offer = [](std::string_view type) {
    const auto read = rows(
        read_open_charge_map,
        std::string{R"({"ID": 1, "AddressInfo": {"Latitude": 47, "Longitude": 8}, "Connections": )"}
            .append(R"([{"ConnectionTypeID": )")
            .append(type)
            .append("}]}"));
    const ConnectorOffer& found = read.at(0).plot->offers.at(0);
    return std::string{name_of(found.standard)}.append(" ").append(name_of(found.format));
  };
  const auto all_are = [&](std::initializer_list<std::string_view> types, const char* wanted) {
    for (const std::string_view type : types) {
      CAPTURE(type);
      CHECK(offer(type) == wanted);
    }
  };
  all_are({"1"}, "type1 cable");
  all_are({"25"}, "type2 socket");
  all_are({"1036"}, "type2 cable");
  all_are({"26", "36"}, "type3 socket");
  all_are({"32"}, "ccs1 cable");
  all_are({"33"}, "ccs2 cable");
  all_are({"2"}, "chademo cable");
  all_are({"1044"}, "chaoji cable");
  all_are({"27", "30"}, "nacs cable");
  all_are({"1038"}, "gbt_ac socket");
  all_are({"1039"}, "gbt_ac cable");
  all_are({"1040"}, "gbt_dc cable");
  all_are({"4", "16", "34"}, "cee_blue socket");
  all_are({"17", "35"}, "cee_red socket");
  all_are({"28"}, "schuko socket");
  all_are({"3", "13", "23", "29", "1037", "1043"}, "domestic socket");
  all_are({"9", "10", "11", "14", "15", "22", "1042"}, "nema socket");
  // Inductive ones, Avcon, the Roadster's, exchanged batteries, AS/NZS 3123: no word is theirs.
  all_are({"5", "6", "7", "8", "24", "31", "1041", "9999"}, "unknown unknown");
}

TEST_CASE("import: Open Charge Map's export has numbers, which its reference data names") {
  const auto site = [](const char* provider) {
    return std::string{R"({"MediaItems": [], "IsRecentlyVerified": false, "ID": 163,
      "UUID": "C4561F0A", "DataProviderID": )"} +
           provider + R"(, "OperatorID": 45, "UsageTypeID": 6, "UsageCost": "Free",
      "AddressInfo": {"ID": 164, "Title": "Inn", "AddressLine1": "Quay 9", "Town": "Testwil",
        "StateOrProvince": "Test", "Postcode": "9999", "CountryID": 10, "Latitude": 42.5356,
        "Longitude": 1.5831, "DistanceUnit": 0},
      "Connections": [{"ID": 2, "ConnectionTypeID": 25, "LevelID": 2, "PowerKW": 7.4,
        "CurrentTypeID": 10, "Quantity": 1}],
      "NumberOfPoints": 1, "StatusTypeID": 50, "SubmissionStatusTypeID": 200})";
  };
  const Plot alone = rows(read_open_charge_map, site("18")).at(0).plot.value();
  CHECK(alone.attribution == "Open Charge Map, data provider 18");
  CHECK(alone.operator_name.empty());
  CHECK(alone.country == "CH");
  CHECK(rows(read_open_charge_map, site("1")).at(0).plot->attribution ==
        "Open Charge Map contributors");

  const auto names = read_charge_map_names(R"json({"ChargerTypes": [],
    "Countries": [{"ISOCode": "AD", "ContinentCode": "EU", "ID": 10, "Title": "Andorra"}],
    "DataProviders": [{"ID": 1, "Title": "Open Charge Map Contributors", "License": "CC BY 4.0"},
      {"ID": 18, "Title": "Town of Test", "License": null}],
    "Operators": [{"ID": 45, "Title": "(Business Owner at Location)"}, {"Title": "no number"}]
  })json");
  REQUIRE_MESSAGE(names.has_value(), (names ? "" : names.error().message()));
  const Plot named = rows(read_open_charge_map, site("18"), *names).at(0).plot.value();
  CHECK(named.attribution == "Town of Test");
  CHECK(named.operator_name == "(Business Owner at Location)");
  CHECK(named.country == "AD");
  CHECK(rows(read_open_charge_map, site("1"), *names).at(0).plot->attribution ==
        "Open Charge Map Contributors; CC BY 4.0");
  CHECK(rows(read_open_charge_map, site("99"), *names).at(0).plot->attribution ==
        "Open Charge Map, data provider 99");
  // What a site says of itself comes first.
  CHECK(rows(read_open_charge_map, sites, *names).at(0).plot->country == "LI");
  CHECK(read_charge_map_names("[]").error().is(ImportErrc::import_invalid));
  CHECK(read_charge_map_names("no JSON").has_error());
}

TEST_CASE("import: the Alternative Fuels Data Center's table") {
  const auto read = rows(read_afdc, table);
  REQUIRE(read.size() == 6);
  REQUIRE(read[0].plot.has_value());
  const Plot& plot = *read[0].plot;
  CHECK(read[0].line == 2);
  CHECK(plot.name == "Mall, north");
  CHECK(plot.hours.text() == "24/7");
  CHECK(plot.country == "US");
  REQUIRE(plot.offers.size() == 3);
  CHECK(plot.offers[0].standard == ConnectorStandard::type1);
  CHECK(plot.offers[0].count == 4);
  CHECK(plot.offers[1].standard == ConnectorStandard::ccs1);
  CHECK(plot.offers[1].count == 2);
  CHECK(read[1].plot.error().is(ImportErrc::import_skipped));
  CHECK(read[2].plot.error().is(ImportErrc::import_invalid));
  CHECK(read[3].plot.error().is(ImportErrc::import_invalid));
  CHECK(read[4].line == 6);
  CHECK(read[4].plot->access == Access::private_);
  CHECK(read[4].plot->offers.at(0).count == 3);
  CHECK(read[4].plot->description == "Hours: Mon-Fri");
  CHECK(read[5].closed.source_id == "105");
  CHECK(read[5].closed.why == "planned");
  CHECK(plot.city == "Albany");
  const auto strange = rows(read_afdc, "a,b\n1,2\n");
  REQUIRE(strange.size() == 1);
  CHECK(strange[0].plot.error().detail().find("`ID`") != std::string::npos);
  CHECK(rows(read_afdc, "").empty());
}

TEST_CASE("import: the Alternative Fuels Data Center's states and slow ports") {
  const auto read = rows(read_afdc,
                         "Fuel Type Code,Station Name,City,State,EV Level1 EVSE Num,"
                         "EV Level2 EVSE Num,Latitude,Longitude,ID,EV Connector Types\n"
                         "ELEC,One,Albany,NY,2,4,42,-73,1,J1772\n"
                         "ELEC,Two,,NY,1,,42,-73,2,NEMA515\n"
                         "ELEC,Three,Albany,,1,,42,-73,3,\n"
                         "ELEC,Four,Albany,NY,1,2,42,-73,4,NEMA520 J1772\n"
                         "ELEC,Five,Albany,NY,1,2,42,-73,5,J1772 NEMA515\n"
                         "ELEC,Six,Albany,NY,1,,42,-73,6,J1772 NEMA1450\n"
                         "ELEC,Seven,Albany,NY,3,,42,-73,7,J1772 NEMA520\n");
  REQUIRE(read.size() == 7);
  CHECK(read[0].plot->city == "Albany, NY");
  CHECK(read[1].plot->city == "NY");
  CHECK(read[2].plot->city == "Albany");
  const auto& offers = read[0].plot->offers;
  REQUIRE(offers.size() == 2);
  for (const ConnectorOffer& offer : offers) {
    CHECK(offer.standard == ConnectorStandard::type1);
    CHECK(offer.format == CableFormat::cable);
  }
  CHECK(offers[0].count == 2);
  CHECK(offers[1].count == 4);
  CHECK(read[1].plot->offers.at(0).standard == ConnectorStandard::nema);
  CHECK(read[2].plot->offers.at(0).standard == ConnectorStandard::unknown);
  // The slow ports are those of the household socket, J1772 the fast ones'; in any order.
  for (const std::size_t row : {3U, 4U}) {
    CAPTURE(row);
    auto both = read[row].plot->offers;
    REQUIRE(both.size() == 2);
    std::ranges::sort(both, {}, &ConnectorOffer::count);
    CHECK(both[0].standard == ConnectorStandard::nema);
    CHECK(both[0].count == 1);
    CHECK(both[1].standard == ConnectorStandard::type1);
    CHECK(both[1].count == 2);
  }
  REQUIRE(read[5].plot->offers.size() == 1);
  CHECK(read[5].plot->offers[0].standard == ConnectorStandard::type1);
  CHECK(read[6].plot->offers.size() == 2);  // both are slow then
}

}  // namespace mainstay::charging::plot_files_test
