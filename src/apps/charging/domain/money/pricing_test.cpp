#include "apps/charging/domain/money/pricing.hpp"

#include <doctest/doctest.h>

#include "apps/charging/domain/money/test_tariffs.hpp"
#include "base/random.hpp"

namespace mainstay::charging::pricing_test {
namespace {

using test::component;
using test::element;
using test::price_text;
using test::Use;
using Kind = UsePeriod::Kind;

constexpr std::int64_t nine_thirty = test::monday + 9 * test::hour + 1'800;

Restrictions days(std::uint8_t which) {
  Restrictions out;
  out.days = which;
  return out;
}

Restrictions times(int from, int to, std::uint8_t which = 0) {
  Restrictions out = days(which);
  out.start_minute = static_cast<std::int16_t>(from * 60);
  out.end_minute = static_cast<std::int16_t>(to * 60);
  return out;
}

Restrictions reservation(ReservationRule rule) {
  Restrictions out;
  out.reservation = rule;
  return out;
}

Restrictions energies(std::optional<WattHours> min, std::optional<WattHours> max) {
  Restrictions out;
  out.min_energy = min;
  out.max_energy = max;
  return out;
}

/// OCPI's "complex tariff".
Tariff complex(std::string_view weekend_price) {
  Restrictions weak;
  weak.max_current_ma = 32'000;
  Restrictions strong = days(test::weekdays);
  strong.min_current_ma = 32'000;
  Restrictions strong_weekend = days(test::weekend);
  strong_weekend.min_current_ma = 32'000;
  return test::tariff({
      element(component(Dimension::flat, "2.50", 15, 1)),
      element(component(Dimension::time, "1.00", 20, 900), weak),
      element(component(Dimension::time, "2.00", 20, 600), strong),
      element(component(Dimension::time, weekend_price, 20, 600), strong_weekend),
      element(component(Dimension::parking_time, "5.00", 10, 300), times(9, 18, test::weekdays)),
      element(component(Dimension::parking_time, "6.00", 10, 300), times(10, 17, test::saturday)),
  });
}

/// Energy with a start fee: what OCPI's reservation examples have in common.
Tariff reservable(std::initializer_list<TariffElement> before) {
  Tariff out = test::tariff(before);
  TariffElement session = element(component(Dimension::flat, "0.50", 20, 1));
  session.components.push_back(component(Dimension::energy, "0.25", 10, 1));
  out.elements.push_back(session);
  return out;
}

const Tariff by_the_kwh = test::tariff({element(component(Dimension::energy, "0.25", 10, 1))});

}  // namespace

TEST_CASE("pricing: OCPI's complex tariff") {
  CHECK(price_text(complex("1.25"), Use{nine_thirty}.charge(165).amperes(16).park(42)) ==
        "9 / 10.3");
  const std::int64_t saturday_half_past_one = test::monday + 5 * 86'400 + 13 * test::hour + 1'800;
  const Use use = Use{saturday_half_past_one}.charge(114).amperes(43).park(71);
  // The text's total takes 2.28 for 114 minutes, which is 1.20 an hour; of its 1.25 it is 2.375.
  CHECK(price_text(complex("1.20"), use) == "12.28 / 13.861");
  CHECK(price_text(complex("1.25"), use) == "12.375 / 13.975");
}

TEST_CASE("pricing: OCPI's simple examples") {
  CHECK(price_text(by_the_kwh, Use{nine_thirty}.charge(60, 20'000)) == "5 / 5.5");
  Tariff start = reservable({});
  CHECK(price_text(start, Use{nine_thirty}.charge(60, 20'000)) == "5.5 / 6.1");
  start.max_price = PriceLimit{Price{100'000}, Price{110'000}};
  CHECK(price_text(start, Use{nine_thirty}.charge(60, 50'000)) == "10 / 11");
  CHECK(price_text(start, Use{nine_thirty}.charge(60, 30'000)) == "8 / 8.85");
  Tariff least = by_the_kwh;
  least.min_price = PriceLimit{Price{5'000}, Price{5'500}};
  CHECK(price_text(least, Use{nine_thirty}.charge(60, 20'000)) == "5 / 5.5");
  CHECK(price_text(least, Use{nine_thirty}.charge(60, 1'900)) == "0.5 / 0.55");
  Tariff parking = reservable({});
  parking.elements.push_back(element(component(Dimension::parking_time, "2.00", 20, 900)));
  CHECK(price_text(parking, Use{nine_thirty}.charge(60, 20'000).park(40)) == "7 / 7.9");
  const Tariff by_the_hour = test::tariff({element(component(Dimension::time, "2", 10, 60))});
  CHECK(price_text(by_the_hour, Use{nine_thirty}.charge(150, 9'000).park(60)) == "5 / 5.5");
  Tariff both = test::tariff({element(component(Dimension::time, "3", 10, 60))});
  both.elements[0].components.push_back(component(Dimension::parking_time, "5", 20, 300));
  CHECK(price_text(both, Use{nine_thirty}.charge(150).park(42)) == "11.25 / 12.75");
  Tariff adhoc = test::tariff({element(component(Dimension::time, "1.9", 0, 300))});
  adhoc.elements[0].components[0].vat = VatRate{52'000};
  CHECK(price_text(adhoc, Use{nine_thirty}.charge(150)) == "4.75 / 4.997");
  Tariff hundreds = reservable({});
  hundreds.elements[0].components[1].step_size = 100;
  CHECK(price_text(hundreds, Use{nine_thirty}.charge(60, 20'450)) == "5.625 / 6.2375");
  const Tariff free = test::tariff({element(component(Dimension::flat, "0", -1, 0))});
  CHECK(price_text(free, Use{nine_thirty}.charge(60, 20'000).park(600)) == "0 / 0");
}

TEST_CASE("pricing: OCPI's reservations") {
  const auto session = [](std::int64_t reserved) {
    return Use{nine_thirty}.then(Kind::reservation, reserved).charge(60, 20'000);
  };
  const auto rule = reservation(ReservationRule::reservation);
  const auto expires = reservation(ReservationRule::expires);
  const Tariff hourly = reservable({element(component(Dimension::time, "5", 20, 60), rule)});
  CHECK(price_text(hourly, session(15)) == "6.75 / 7.6");
  TariffElement fee = element(component(Dimension::flat, "2", 20, 1), rule);
  fee.components.push_back(component(Dimension::time, "5", 20, 300));
  CHECK(price_text(reservable({fee}), session(13)) == "8.75 / 10");
  const Tariff expiry_fee = reservable({element(component(Dimension::flat, "4", 20, 1), expires),
                                        element(component(Dimension::time, "2", 20, 600), rule)});
  CHECK(price_text(expiry_fee, session(22)) == "6.5 / 7.3");
  CHECK(price_text(expiry_fee, Use{nine_thirty}.then(Kind::expired_reservation, 60)) == "6 / 7.2");
  const Tariff expiry_time = reservable({element(component(Dimension::time, "6", 20, 600), expires),
                                         element(component(Dimension::time, "3", 20, 600), rule)});
  CHECK(price_text(expiry_time, session(22)) == "7 / 7.9");
  CHECK(price_text(expiry_time, Use{nine_thirty}.then(Kind::expired_reservation, 90)) ==
        "9 / 10.8");
}

TEST_CASE("pricing: a minimum is a charging session's, a maximum holds for all") {
  Tariff no_show = reservable(
      {element(component(Dimension::flat, "1", 20, 1), reservation(ReservationRule::expires))});
  no_show.min_price = PriceLimit{Price{50'000}, Price{60'000}};
  const Use nobody_came = Use{nine_thirty}.then(Kind::expired_reservation, 30);
  CHECK(price_text(no_show, nobody_came) == "1 / 1.2");
  CHECK_FALSE(price_use(no_show, test::utc, nobody_came.periods)->at_minimum);
  CHECK(price_text(no_show, Use{nine_thirty}.then(Kind::reservation, 30)) == "0 / 0");
  CHECK(price_text(no_show, Use{nine_thirty}.then(Kind::reservation, 30).charge(1, 4)) == "5 / 6");
  no_show.min_price.reset();
  no_show.max_price = PriceLimit{Price{5'000}, Price{6'000}};
  CHECK(price_text(no_show, nobody_came) == "0.5 / 0.6");
}

TEST_CASE("pricing: step_size counts once, for the total, with the last component's step") {
  Tariff dear =
      test::tariff({element(component(Dimension::time, "1.20", -1, 1'800), times(0, 17)),
                    element(component(Dimension::time, "2.40", -1, 900), times(17, 0)),
                    element(component(Dimension::parking_time, "1", -1, 900), times(0, 20))});
  const auto at = [](int hours, int minutes) {
    return test::monday + hours * test::hour + minutes * 60;
  };
  CHECK(price_text(dear, Use{at(16, 55)}.charge(10).park(2)) == "0.55 / 0.55");
  CHECK(price_text(dear, Use{at(16, 35)}.charge(35)) == "1.3 / 1.3");
  CHECK(price_text(dear, Use{at(19, 55)}.charge(10).park(2)) == "0.6 / 0.6");
  Tariff energy =
      test::tariff({element(component(Dimension::energy, "0.20", -1, 500), times(0, 17)),
                    element(component(Dimension::energy, "0.27", -1, 500))});
  CHECK(price_text(energy, Use{at(16, 0)}.charge(60, 4'300).charge(20, 1'100)) ==
        "1.184 / 1.184");  // 4.3 kWh, then 1.2
  Tariff time = test::tariff({element(component(Dimension::time, "5", -1, 600), times(0, 17)),
                              element(component(Dimension::time, "7", -1, 600))});
  CHECK(price_text(time, Use{at(16, 54)}.charge(28)) == "3.3 / 3.3");  // 6 minutes, then 24
  Tariff both = test::tariff({element(component(Dimension::time, "1", -1, 600))});
  both.elements[0].components.push_back(component(Dimension::parking_time, "2", -1, 600));
  CHECK(price_text(both, Use{at(12, 0)}.charge(21).park(16)) == "1.0167 / 1.0167");
}

TEST_CASE("pricing: restrictions by power, duration, energy") {
  const auto power = [](std::optional<Watts> low, std::optional<Watts> high) {
    Restrictions out;
    out.min_power = low;
    out.max_power = high;
    return out;
  };
  const auto energy = [](std::string_view price) {
    return component(Dimension::energy, price, -1, 1);
  };
  const Tariff by_power =
      test::tariff({element(energy("0.20"), power({}, 16'000)),
                    element(energy("0.35"), power(16'000, 32'000)), element(energy("0.50"))});
  CHECK(
      price_text(by_power, Use{nine_thirty}.charge(10, 1'000).charge(50, 40'000).charge(8, 500)) ==
      "20.3 / 20.3");
  Restrictions first;
  first.max_duration = 1'800;
  Restrictions second;
  second.max_duration = 3'600;
  const Tariff market = test::tariff(
      {element(energy("0"), first), element(energy("0.25"), second), element(energy("0.40"))});
  CHECK(price_text(market, Use{nine_thirty}.charge(30, 5'000).charge(10, 1'200)) == "0.3 / 0.3");
  CHECK(price_text(market, Use{nine_thirty}.charge(120, 12'000)) == "3.15 / 3.15");
  const Tariff first_free = test::tariff(
      {element(energy("0"), energies({}, 1'000)), element(energy("0.20"), energies(1'000, {}))});
  CHECK(price_text(first_free, Use{nine_thirty}.charge(120, 20'000)) == "3.8 / 3.8");
  CHECK(price_text(first_free, Use{nine_thirty}.charge(0, 20'000)) == "3.8 / 3.8");
}

TEST_CASE("pricing: OCPI's first hour free energy example, whose parking is priced by duration") {
  const auto parking = [](std::string_view price, std::optional<std::int64_t> from,
                          std::optional<std::int64_t> to) {
    Restrictions when;
    when.min_duration = from;
    when.max_duration = to;
    return element(component(Dimension::parking_time, price, -1, 60), when);
  };
  const Tariff tariff =
      test::tariff({parking("0", 0, 3'600), parking("2", 3'600, 10'800), parking("3", 10'800, {}),
                    element(component(Dimension::energy, "0", -1, 1), energies({}, 1'000)),
                    element(component(Dimension::energy, "0.20", -1, 1), energies(1'000, {}))});
  // The text's 7.30 counts the hours of parking from its begin: as if charging took no time.
  CHECK(price_text(tariff, Use{nine_thirty}.charge(0, 20'000).park(165)) == "7.3 / 7.3");
  // As the fields are defined the hours are the session's: here the third, and 1.75 behind it.
  CHECK(price_text(tariff, Use{nine_thirty}.charge(120, 20'000).park(165)) == "11.05 / 11.05");
  // A bound's own second belongs to what begins there.
  CHECK(price_text(tariff, Use{nine_thirty}.park(60)) == "0 / 0");
  CHECK(price_text(tariff, Use{nine_thirty}.park(61)) == "0.0333 / 0.0333");
  CHECK(price_text(tariff, Use{nine_thirty}.park(180)) == "4 / 4");
  CHECK(price_text(tariff, Use{nine_thirty}.park(181)) == "4.05 / 4.05");
}

TEST_CASE("pricing: local days and times, over midnight and when clocks change") {
  // Central Europe in 2026: summer time ends on Sunday, October 25th, at 01:00 UTC.
  constexpr std::int64_t back = 1'792'890'000;
  const TimeZone berlin{"Europe/Berlin", {{0, 7'200}, {back, 3'600}}};
  const Tariff night = test::tariff({element(component(Dimension::time, "1", -1, 1), times(22, 6)),
                                     element(component(Dimension::time, "10", -1, 1))});
  // 21:00 to 07:00 on the wall, eleven hours of which nine are night.
  CHECK(price_text(night, Use{back - 6 * test::hour}.charge(11 * 60), berlin) == "29 / 29");
  // The hour from two to three comes twice.
  const Tariff twice = test::tariff({element(component(Dimension::time, "1", -1, 1), times(2, 3))});
  CHECK(price_text(twice, Use{back - 6 * test::hour}.charge(11 * 60), berlin) == "2 / 2");
  const Tariff sundays =
      test::tariff({element(component(Dimension::time, "1", -1, 1), days(0b1000000))});
  CHECK(price_text(sundays, Use{back - 6 * test::hour}.charge(31 * 60), berlin) == "25 / 25");
  Restrictions dated;
  dated.start_day = static_cast<std::int32_t>((back + 3'600) / 86'400);
  dated.end_day = *dated.start_day + 1;
  const Tariff one_day = test::tariff({element(component(Dimension::time, "1", -1, 1), dated)});
  CHECK(price_text(one_day, Use{back - 6 * test::hour}.charge(40 * 60), berlin) == "25 / 25");
}

TEST_CASE("pricing: what cannot be a use is refused") {
  CHECK(price_text(by_the_kwh, Use{0}).starts_with("this cannot be"));
  Use overlap = Use{nine_thirty}.charge(10).charge(10);
  overlap.periods[1].begin -= 1;
  CHECK(price_text(by_the_kwh, overlap).find("follow each other") != std::string::npos);
  CHECK(price_text(by_the_kwh, Use{nine_thirty}.charge(10, -1)).find("MWh") != std::string::npos);
  CHECK(price_text(by_the_kwh, Use{nine_thirty}.charge(63 * 1'440)).find("62 days") !=
        std::string::npos);
  CHECK(price_text(by_the_kwh, Use{nine_thirty}.charge(1).then(Kind::reservation, 1))
            .find("before its session") != std::string::npos);
}

TEST_CASE("pricing: the greatest prices and uses do not overflow") {
  Tariff dear = test::tariff({element(component(Dimension::energy, "10000000", 100, 1))});
  const auto cost = price_use(dear, test::utc, Use{nine_thirty}.charge(60, 100'000'000).periods);
  REQUIRE(cost.has_value());
  CHECK(cost->with_vat.rounded_to(dear.currency) == 200'000'000'000'000);  // cents
}

// --- properties ----------------------------------------------------------------------------------

namespace {

Tariff random_tariff(Random& random) {
  Tariff out = test::tariff({});
  const auto price = [&] {
    return decimal_text(static_cast<std::int64_t>(random.below(30'000)), 4);
  };
  for (std::uint64_t left = 1 + random.below(5); left > 0; --left) {
    const auto dimension = static_cast<Dimension>(random.below(4));
    // Where another price comes last, so does another step: more energy could then cost less.
    const auto step = static_cast<std::uint32_t>(random.below(4)) * 300;
    TariffElement one = element(component(dimension, price(), static_cast<int>(random.below(25)),
                                          dimension == Dimension::energy ? 1 : step));
    if (random.below(2) == 0) {
      one.restrictions =
          times(static_cast<int>(random.below(24)), static_cast<int>(random.below(24)),
                static_cast<std::uint8_t>(random.below(128)));
    }
    if (random.below(4) == 0) {
      one.restrictions.max_duration = 1 + static_cast<std::int64_t>(random.below(20'000));
    }
    out.elements.push_back(one);
  }
  out.elements.push_back(element(component(Dimension::energy, price(), 20, 1)));
  if (random.below(3) == 0) out.min_price = PriceLimit{Price{10'000}, Price{12'000}};
  if (random.below(3) == 0) out.max_price = PriceLimit{Price{30'000}, Price{33'000}};
  return out;
}

Use random_use(Random& random) {
  Use out{test::monday + static_cast<std::int64_t>(random.below(7 * 86'400))};
  for (std::uint64_t left = 1 + random.below(4); left > 0; --left) {
    const auto minutes = static_cast<std::int64_t>(random.below(600));
    if (random.below(3) == 0) {
      out.park(minutes);
    } else {
      out.charge(minutes, minutes * 60 * static_cast<std::int64_t>(random.below(20)));
    }
  }
  return out;
}

/// Each period in two, at a moment where as much energy had come as the whole says.
Use split(const Use& use, Random& random) {
  Use out = use;
  out.periods.clear();
  for (const UsePeriod& one : use.periods) {
    const std::int64_t seconds = one.end - one.begin;
    if (seconds == 0) {
      out.periods.push_back(one);
      continue;
    }
    UsePeriod head = one;
    UsePeriod tail = one;
    const auto part = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(seconds)));
    head.end = tail.begin = one.begin + part;
    head.energy = one.energy / seconds * part;  // random_use() has whole Wh a second
    tail.energy = one.energy - head.energy;
    out.periods.push_back(head);
    out.periods.push_back(tail);
  }
  return out;
}

}  // namespace

TEST_CASE("pricing: a period told in two costs the same; limits hold; energy never costs less") {
  Random random{20'261'122};
  for (int round = 0; round < 1'500; ++round) {
    CAPTURE(round);
    const Tariff tariff = random_tariff(random);
    REQUIRE(check(tariff).has_value());
    Use use = random_use(random);
    const auto cost = price_use(tariff, test::utc, use.periods);
    const auto in_parts = price_use(tariff, test::utc, split(use, random).periods);
    REQUIRE(cost.has_value());
    REQUIRE(in_parts.has_value());
    CHECK((cost->without_vat == in_parts->without_vat && cost->with_vat == in_parts->with_vat));
    CHECK(cost->with_vat >= cost->without_vat);
    if (tariff.min_price) {
      CHECK(cost->without_vat >= ExactAmount::of(tariff.min_price->without_vat));
      CHECK(cost->with_vat >= ExactAmount::of(tariff.min_price->with_vat));
    }
    if (tariff.max_price) {
      CHECK(cost->without_vat <= ExactAmount::of(tariff.max_price->without_vat));
      CHECK(cost->with_vat <= ExactAmount::of(tariff.max_price->with_vat));
    }
    use.periods.back().energy += 1 + static_cast<WattHours>(random.below(5'000));
    CHECK(price_use(tariff, test::utc, use.periods)->without_vat >= cost->without_vat);
  }
}

TEST_CASE("pricing: a plan is charging, then parking") {
  const auto periods = periods_of({.begin = SystemTime{Seconds{nine_thirty}},
                                   .energy = 20'000,
                                   .charging = Seconds{3'600},
                                   .parking = Seconds{60}});
  REQUIRE(periods.size() == 2);
  CHECK(periods[0].end == nine_thirty + 3'600);
  CHECK(periods[1].kind == Kind::parking);
  CHECK(price_text(by_the_kwh, [&] {
          Use use{0};
          use.periods = periods;
          return use;
        }()) == "5 / 5.5");
}

}  // namespace mainstay::charging::pricing_test
