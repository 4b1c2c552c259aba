#include "apps/charging/money_document.hpp"

#include <doctest/doctest.h>

#include "apps/charging/domain/money/test_tariffs.hpp"

namespace mainstay::charging::money_document_test {
namespace {

constexpr std::string_view everything = R"({
  "country_code": "DE", "party_id": "ALL", "id": "14", "currency": "EUR", "type": "REGULAR",
  "tariff_alt_text": [{"language": "en", "text": "dear"}],
  "min_price": {"excl_vat": 0.5, "incl_vat": "0.6"}, "max_price": {"excl_vat": 90, "incl_vat": 99},
  "elements": [
    {"price_components": [{"type": "FLAT", "price": 2.50, "vat": 15.0, "step_size": 1}]},
    {"price_components": [{"type": "TIME", "price": 1.2345, "vat": 5.2, "step_size": 900}],
     "restrictions": {"start_time": "09:00", "end_time": "17:30", "start_date": "2026-12-24",
       "end_date": "2027-01-01", "min_kwh": 1.5, "max_kwh": 20, "min_current": 6,
       "max_current": 32.5,
       "min_power": 3.7, "max_power": 22, "min_duration": 60, "max_duration": 3600,
       "day_of_week": ["MONDAY", "SUNDAY"]}},
    {"price_components": [{"type": "TIME", "price": 0, "step_size": 0}],
     "restrictions": {"reservation": "RESERVATION"}}],
  "start_date_time": "2026-01-01T00:00:00Z", "end_date_time": "2027-06-30T23:59:59Z",
  "last_updated": "2026-06-29T20:39:09Z"})";

std::string refusal(std::string_view text) {
  const auto read = parse_tariff(text, {});
  return read ? "" : read.error().message();
}

std::string with(std::string_view component, std::string_view more = "") {
  return R"({"id":"1","currency":"EUR","elements":[{"price_components":[)" +
         std::string{component} + "]" + std::string{more} + "}]}";
}

}  // namespace

TEST_CASE("tariff document: all of OCPI's members, there and back") {
  const auto tariff = parse_tariff(everything, "14");
  REQUIRE_MESSAGE(tariff.has_value(), refusal(everything));
  const Restrictions& rule = tariff->elements[1].restrictions;
  CHECK(rule.end_minute == 17 * 60 + 30);
  CHECK(rule.min_energy == 1'500);
  CHECK(rule.max_current_ma == 32'500);
  CHECK(rule.min_power == 3'700);
  CHECK(rule.days == 0b1000001);
  CHECK(*rule.end_day - *rule.start_day == 8);
  CHECK(tariff->elements[1].components[0].price == Price{12'345});
  CHECK(tariff->elements[1].components[0].vat == VatRate{52'000});
  CHECK_FALSE(tariff->elements[2].components[0].vat);
  CHECK(tariff->min_price->with_vat == Price{6'000});
  const json::Value written = to_json(*tariff);
  const auto again = read_tariff(written, "14");
  REQUIRE(again.has_value());
  CHECK(to_json(*again) == written);
}

TEST_CASE("tariff document: what would be billed wrongly is refused") {
  constexpr std::string_view energy = R"({"type":"ENERGY","price":0.25,"vat":10,"step_size":1})";
  CHECK(refusal(with(energy)).empty());
  CHECK(refusal("[]").find("object") != std::string::npos);
  CHECK(refusal("{}").find("currency") != std::string::npos);
  CHECK(refusal(with(R"({"type":"POWER","price":1})")).find("ENERGY, FLAT") != std::string::npos);
  CHECK(refusal(with(R"({"type":"FLAT","price":0.00001})")).find("4 decimals") !=
        std::string::npos);
  CHECK(refusal(with(R"({"type":"FLAT","price":1e300})")).find("4 decimals") != std::string::npos);
  CHECK(refusal(with(R"({"type":"FLAT"})")).find("price") != std::string::npos);
  CHECK(refusal(with(energy, R"(,"restrictions":{"colour":"red"})")).find("colour") !=
        std::string::npos);
  CHECK(refusal(with(energy, R"(,"restrictions":{"start_time":"24:00"})")).find("17:30") !=
        std::string::npos);
  CHECK(refusal(with(energy, R"(,"restrictions":{"day_of_week":["FUNDAY"]})")).find("SUNDAY") !=
        std::string::npos);
  CHECK(refusal(with(energy, R"(,"restrictions":{"end_date":"2026-02-30"})")).find("date") !=
        std::string::npos);
  std::string other = with(energy);
  other.insert(1, R"("type":"PROFILE_CHEAP",)");
  CHECK(refusal(other).find("REGULAR") != std::string::npos);
  other = with(energy);
  other.insert(1, R"("max_price":{"excl_vat":5},)");
  CHECK(refusal(other).find("incl_vat") != std::string::npos);
  CHECK(parse_tariff(with(energy), "2").error().message().find("path") != std::string::npos);
}

TEST_CASE("money documents: lines and rates") {
  const Tariff tariff =
      test::tariff({test::element(test::component(Dimension::flat, "1", -1, 1)),
                    test::element(test::component(Dimension::energy, "0.25", 20, 1))});
  const auto cost =
      price_use(tariff, test::utc, test::Use{test::monday}.charge(60, 10'000).periods);
  REQUIRE(cost.has_value());
  CHECK(json::dump(lines_json(*cost)) ==
        R"([{"type":"FLAT","reservation":false,"used":1,"billed":1,"price":"1","vat":null,)"
        R"("cost":{"excl_vat":"1","incl_vat":"1"}},)"
        R"({"type":"ENERGY","reservation":false,"used":10000,"billed":10000,"price":"0.25",)"
        R"("vat":"20","cost":{"excl_vat":"2.5","incl_vat":"3"}}])");
  const Bill bill = bill_of(*cost, tariff);
  CHECK(json::dump(rates_json(bill, tariff.currency)) ==
        R"([{"vat":null,"net":"1.00","tax":"0.00"},{"vat":"20","net":"2.50","tax":"0.50"}])");
  CHECK(bill_in_row(rates_row(bill)) == bill);
  CHECK(bill_in_row("no JSON") == Bill{});
}

}  // namespace mainstay::charging::money_document_test
