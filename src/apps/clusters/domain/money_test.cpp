#include "apps/clusters/domain/money.hpp"

#include <doctest/doctest.h>

namespace mainstay::clusters::money_test {
namespace {

Money usd(std::int64_t cents) { return {Minor{cents}, Currency::parse("USD").value()}; }

TEST_CASE("money: hourly prices are read exactly, to a nano") {
  CHECK(parse_hourly("0.2140000000") == HourlyPrice{214'000'000});
  CHECK(parse_hourly("0.0000000014") == HourlyPrice{1});
  CHECK(parse_hourly("0.0000000015") == HourlyPrice{2});
  CHECK(parse_hourly("32.7726") == HourlyPrice{32'772'600'000});
  CHECK(parse_hourly("7") == HourlyPrice{7'000'000'000});
  for (const auto* bad : {"", ".", "1.", ".5", "-1", "1e3", "1,5", " 1", "1.2.3", "1000001",
                          "99999999999999999999"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_hourly(bad).has_value());
  }
  CHECK(to_text(HourlyPrice{214'000'000}) == "0.214");
  CHECK(to_text(HourlyPrice{7'000'000'000}) == "7");
  CHECK(to_text(HourlyPrice{1}) == "0.000000001");
  CHECK(to_text(HourlyPrice{}) == "0");
}

TEST_CASE("money: amounts are cents") {
  CHECK(parse_minor("1200") == Minor{120'000});
  CHECK(parse_minor("0.5") == Minor{50});
  CHECK(parse_minor("12.34") == Minor{1'234});
  for (const auto* bad : {"", "1.234", "-1", "1000000000001", "12 USD"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_minor(bad).has_value());
  }
  CHECK(to_text(Minor{-120'050}) == "-1200.50");
  CHECK(to_text(Minor{5}) == "0.05");
  CHECK(to_text(Minor{INT64_MIN}) == "-92233720368547758.08");
  CHECK(to_text(usd(123'456'789)) == "1,234,567.89 USD");
  CHECK(to_text(usd(-99'999)) == "-999.99 USD");
  CHECK(to_text(usd(-100'000)) == "-1,000.00 USD");
  CHECK(to_text(usd(100), Sign::always) == "+1.00 USD");
}

TEST_CASE("money: a month is 730 hours, rounded once at the end") {
  CHECK(monthly(HourlyPrice{107'000'000}, 1).value() == Minor{7'811});
  CHECK(monthly(HourlyPrice{107'000'000}, 3).value() == Minor{23'433});
  CHECK(monthly(HourlyPrice{4'600'000}, 1).value() == Minor{336});  // 3.358
  CHECK(monthly(HourlyPrice{1}, 0).value() == Minor{0});
  CHECK(monthly(HourlyPrice{1'000'000'000'000'000}, 1'000'000'000'000)
            .error()
            .is(MoneyErrc::overflow));
  CHECK(monthly(HourlyPrice{INT64_MAX}, UINT64_MAX).error().is(MoneyErrc::overflow));
}

TEST_CASE("money: sums and differences do not wrap around") {
  CHECK(sum(Minor{1}, Minor{2}).value() == Minor{3});
  CHECK(difference(Minor{1}, Minor{3}).value() == Minor{-2});
  CHECK(sum(Minor{INT64_MAX}, Minor{1}).error().is(MoneyErrc::overflow));
  CHECK(difference(Minor{INT64_MIN}, Minor{1}).error().is(MoneyErrc::overflow));
}

TEST_CASE("money: currencies are three capital letters, those with cents") {
  CHECK(Currency::parse("EUR").value().code() == "EUR");
  for (const auto* bad : {"", "usd", "US", "USDX", "JPY", "XXX", "U$D"}) {
    CAPTURE(bad);
    CHECK_FALSE(Currency::parse(bad).has_value());
  }
}

}  // namespace
}  // namespace mainstay::clusters::money_test
