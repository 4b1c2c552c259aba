#include "apps/exchange/domain/decimal.hpp"

#include <doctest/doctest.h>

namespace mainstay::exchange::decimal_test {
namespace {

std::uint64_t parsed(std::string_view text, unsigned digits) {
  std::uint64_t out = 0;
  CHECK(parse_decimal(text, digits, out) == DecimalFault::none);
  return out;
}
DecimalFault fault(std::string_view text, unsigned digits) {
  std::uint64_t out = 0;
  return parse_decimal(text, digits, out);
}
std::string shown(std::int64_t value, unsigned digits) {
  std::string out;
  append_signed_decimal(out, value, digits);
  return out;
}

TEST_CASE("decimal: text is a whole number of the smallest units, exactly") {
  CHECK(parsed("12.5", 2) == 1'250);
  CHECK(parsed("12", 2) == 1'200);
  CHECK(parsed("0.01", 2) == 1);
  CHECK(parsed("007.100000", 2) == 710);
  CHECK(parsed("5", 0) == 5);
  CHECK(parsed("5.000", 0) == 5);
  CHECK(parsed("18446744073709551615", 0) == UINT64_MAX);
  CHECK(parsed("18.446744073709551615", 18) == UINT64_MAX);
}

TEST_CASE("decimal: what is no exact amount is refused") {
  for (const char* text : {"", ".", "1.", ".5", "-1", "+1", "1e3", " 1", "1 ", "1,5", "1.2.3",
                           "0x1", "NaN", "123456789012345678901", "0.123456789012345678901"}) {
    CAPTURE(text);
    CHECK(fault(text, 2) == DecimalFault::malformed);
  }
  CHECK(fault("0.001", 2) == DecimalFault::too_precise);
  CHECK(fault("1.5", 0) == DecimalFault::too_precise);
  CHECK(fault("18446744073709551616", 0) == DecimalFault::too_large);
  CHECK(fault("18.446744073709551616", 18) == DecimalFault::too_large);
  CHECK(fault("99999999999999999999", 2) == DecimalFault::too_large);
}

TEST_CASE("decimal: amounts show all their digits") {
  CHECK(shown(1'250, 2) == "12.50");
  CHECK(shown(1, 2) == "0.01");
  CHECK(shown(0, 2) == "0.00");
  CHECK(shown(0, 0) == "0");
  CHECK(shown(-5, 1) == "-0.5");
  CHECK(shown(INT64_MIN, 0) == "-9223372036854775808");
  std::string wide;
  append_decimal(wide, ~Wide{0}, 0);
  CHECK(wide == "340282366920938463463374607431768211455");
  CHECK(power_of_ten(18) == 1'000'000'000'000'000'000);
}

}  // namespace
}  // namespace mainstay::exchange::decimal_test
