#include "apps/charging/domain/money/tariff.hpp"

#include <doctest/doctest.h>

#include "apps/charging/domain/money/test_tariffs.hpp"

namespace mainstay::charging::tariff_test {
namespace {

using test::component;

Tariff simple() {
  return test::tariff({test::element(component(Dimension::energy, "0.25", 10, 1))});
}

std::string refusal(const Tariff& tariff) {
  const auto checked = check(tariff);
  return checked.has_value() ? "" : checked.error().detail();
}

}  // namespace

TEST_CASE("tariff: what cannot be used is refused with its place") {
  CHECK(refusal(simple()).empty());
  Tariff bad = simple();
  bad.id = "a b";
  CHECK(refusal(bad).starts_with("id: "));
  bad = simple();
  bad.elements.clear();
  CHECK(refusal(bad) == "elements: 1 to 64 are wanted");
  bad = simple();
  bad.elements[0].components[0].price = Price{-1};
  CHECK(refusal(bad).starts_with("elements[0].price_components[0].price"));
  bad = simple();
  bad.elements[0].components.push_back(component(Dimension::energy, "1", -1, 1));
  CHECK(refusal(bad).ends_with("[1].type: twice in one element"));
  bad = simple();
  bad.elements[0].components[0].vat = VatRate{1'000'001};
  CHECK(refusal(bad).find(".vat") != std::string::npos);
  bad = simple();
  bad.elements[0].restrictions.reservation = ReservationRule::reservation;
  CHECK(refusal(bad).find("FLAT and TIME only") != std::string::npos);
  bad = simple();
  bad.elements[0].restrictions.min_power = 11'000;
  bad.elements[0].restrictions.max_power = 11'000;
  CHECK(refusal(bad) == "elements[0].restrictions.max_power: the range holds nothing");
  bad = simple();
  bad.min_price = PriceLimit{Price{5'000}, Price{4'999}};
  CHECK(refusal(bad).starts_with("min_price.incl_vat"));
  bad.min_price = PriceLimit{Price{5'000}, Price{5'500}};
  bad.max_price = PriceLimit{Price{4'000}, Price{9'000}};
  CHECK(refusal(bad) == "max_price: is below min_price");
}

TEST_CASE("tariff: validity begins with valid_from and ends before valid_until") {
  Tariff one = simple();
  const SystemTime at{Seconds{test::monday}};
  CHECK(is_valid_at(one, at));
  one.valid_from = at;
  one.valid_until = at + Seconds{1};
  CHECK(is_valid_at(one, at));
  CHECK_FALSE(is_valid_at(one, at - Seconds{1}));
  CHECK_FALSE(is_valid_at(one, at + Seconds{1}));
  one.valid_until = at;
  CHECK(refusal(one).starts_with("end_date_time"));
}

}  // namespace mainstay::charging::tariff_test
