#include "apps/charging/domain/money/currency.hpp"

#include <doctest/doctest.h>

namespace mainstay::charging::currency_test {

TEST_CASE("currency: codes of ISO 4217 with their digits, and nothing else") {
  CHECK(Currency::find("EUR")->digits() == 2);
  CHECK(Currency::find("JPY")->minor_per_unit() == 1);
  CHECK(Currency::find("KWD")->minor_per_unit() == 1'000);
  for (const char* none : {"", "E", "eur", "XXX", "XAU", "UR ", "R F", "EURO", "EU"}) {
    CAPTURE(none);
    CHECK_FALSE(Currency::find(none));
  }
}

TEST_CASE("currency: amounts as text, both ways") {
  const Currency eur = *Currency::find("EUR");
  CHECK(to_text(1'386, eur) == "13.86");
  CHECK(to_text(-5, eur) == "-0.05");
  CHECK(to_text(7, *Currency::find("JPY")) == "7");
  CHECK(to_text(7, *Currency::find("KWD")) == "0.007");
  CHECK(decimal_text(138'610, 4) == "13.861");
  CHECK(decimal_text(90'000, 4) == "9");
  CHECK(decimal_text(-1, 4) == "-0.0001");
  CHECK(parse_decimal("13.861", 4) == 138'610);
  CHECK(parse_decimal("9.00", 0) == 9);
  CHECK(parse_decimal("-0.5", 4) == -5'000);
  for (const char* bad :
       {"", ".", "1.", ".5", "1.23456", "1e3", "+1", "--1", "1 ", "99999999999999999", "0x1"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_decimal(bad, 4));
  }
}

}  // namespace mainstay::charging::currency_test
