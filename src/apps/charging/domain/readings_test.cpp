#include "apps/charging/domain/readings.hpp"

#include <doctest/doctest.h>

namespace mainstay::charging::readings_test {
namespace {

SystemTime at(std::int64_t seconds) { return SystemTime{Seconds{seconds}}; }

ocpp::SampledValue sample(std::string value, ocpp::Measurand measurand,
                          std::optional<ocpp::Unit> unit = {},
                          std::optional<ocpp::Phase> phase = {}) {
  ocpp::SampledValue out;
  out.value = std::move(value);
  out.measurand = measurand;
  out.unit = unit;
  out.phase = phase;
  return out;
}

}  // namespace

TEST_CASE("readings: come back as they went in, whatever stands in a value") {
  ocpp::SampledValue odd;
  odd.value = "a;b\tc\nd\\e;";
  odd.format = ocpp::ValueFormat::signed_data;
  odd.location = ocpp::Location::ev;
  ocpp::SampledValue plain;
  plain.value = "17";
  const std::vector<ocpp::MeterValue> values{
      {at(60), {odd, plain}},
      {at(30), {sample("4.2", ocpp::Measurand::power_active_import, ocpp::Unit::kw)}}};
  const Readings readings = make_readings(values);
  CHECK(readings.first == at(30));
  CHECK(readings.newest == at(60));
  CHECK(readings.energy_register == 17);
  CHECK_FALSE(readings.power_import.has_value());
  const auto back = parse_readings(readings.text);
  REQUIRE(back.size() == 2);
  REQUIRE(back[0].sampled_value.size() == 2);
  CHECK(back[0].timestamp == at(60));
  CHECK(back[0].sampled_value[0].value == odd.value);
  CHECK(back[0].sampled_value[0].format == ocpp::ValueFormat::signed_data);
  CHECK(back[0].sampled_value[0].location == ocpp::Location::ev);
  CHECK_FALSE(back[0].sampled_value[0].measurand.has_value());
  CHECK(back[1].sampled_value[0].unit == ocpp::Unit::kw);
  CHECK(make_readings(back).text == readings.text);
}

TEST_CASE("readings: the newest value says where the charge is") {
  const std::vector<ocpp::MeterValue> values{
      {at(60),
       {sample("12.5", ocpp::Measurand::energy_active_import_register, ocpp::Unit::kwh),
        sample("7.36", ocpp::Measurand::power_active_import, ocpp::Unit::kw),
        sample("16.0", ocpp::Measurand::current_import, ocpp::Unit::a, ocpp::Phase::l1),
        sample("15.9", ocpp::Measurand::current_import, ocpp::Unit::a, ocpp::Phase::l2),
        sample("81", ocpp::Measurand::state_of_charge, ocpp::Unit::percent)}},
      {at(0), {sample("1", ocpp::Measurand::energy_active_import_register)}}};
  const Readings readings = make_readings(values);
  CHECK(readings.energy_register == 12'500);
  CHECK(readings.power_import == 7'360);
  CHECK(readings.current_import == 160);
  CHECK(readings.state_of_charge == 81);
}

TEST_CASE("readings: text of others is left out, not believed") {
  CHECK(parse_readings("").empty());
  CHECK(parse_readings("x\t1\n").empty());
  const auto odd = parse_readings("5\t1;99\t2;1;1;1;1;1;0;7\t3;0\n");
  REQUIRE(odd.size() == 1);
  REQUIRE(odd[0].sampled_value.size() == 1);
  CHECK(odd[0].sampled_value[0].value == "3");
}

TEST_CASE("decimals: scaled without floating point") {
  CHECK(scaled_decimal("12.5", 1'000) == 12'500);
  CHECK(scaled_decimal("-0.5", 10) == -5);
  CHECK(scaled_decimal("0.00000000049", 1'000) == 0);
  CHECK_FALSE(scaled_decimal("", 1).has_value());
  CHECK_FALSE(scaled_decimal("1e3", 1).has_value());
  CHECK_FALSE(scaled_decimal("1.", 1).has_value());
  CHECK_FALSE(scaled_decimal("9223372036854775807", 10).has_value());
}

}  // namespace mainstay::charging::readings_test
