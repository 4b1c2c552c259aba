#include "apps/charging/domain/money/bill.hpp"

#include <doctest/doctest.h>

#include "apps/charging/domain/money/test_tariffs.hpp"
#include "base/random.hpp"

namespace mainstay::charging::bill_test {
namespace {

using test::component;
using test::element;
using test::Use;

Bill bill(const Tariff& tariff, const Use& use) {
  const auto cost = price_use(tariff, test::utc, use.periods);
  REQUIRE(cost.has_value());
  return bill_of(*cost, tariff);
}

}  // namespace

TEST_CASE("bill: OCPI's Saturday is 13.86, in lines that add up") {
  const Tariff tariff = test::tariff({element(component(Dimension::flat, "2.50", 15, 1)),
                                      element(component(Dimension::time, "1.20", 20, 600)),
                                      element(component(Dimension::parking_time, "6", 10, 300))});
  const Bill one = bill(tariff, Use{test::monday}.charge(114).park(71));
  CHECK(one.gross() == 1'386);  // of 13.861
  CHECK(one.net == 1'228);
  const std::vector<VatLine> lines{{VatRate{100'000}, 750, 75},
                                   {VatRate{150'000}, 250, 37},  // of 37.5: the .6 below was first
                                   {VatRate{200'000}, 228, 46}};
  CHECK(one.by_rate == lines);
  Bill sum = one;
  add(sum, one);
  CHECK(sum.gross() == 2 * 1'386);
  CHECK(sum.by_rate[1].vat == 74);
  add(sum, negated(one));
  CHECK(sum == one);
}

TEST_CASE("bill: no VAT is told apart from 0 percent; a minimum is spread") {
  Tariff tariff = test::tariff({element(component(Dimension::flat, "1", -1, 1)),
                                element(component(Dimension::energy, "1", 0, 1))});
  const Bill both = bill(tariff, Use{test::monday}.charge(60, 3'000));
  const std::vector<VatLine> lines{{std::nullopt, 100, 0}, {VatRate{0}, 300, 0}};
  CHECK(both.by_rate == lines);
  tariff.min_price = PriceLimit{Price{80'000}, Price{80'000}};
  CHECK(bill(tariff, Use{test::monday}.charge(60, 3'000)).by_rate[1].net == 600);
  Tariff least = test::tariff({element(component(Dimension::energy, "1", 20, 1))});
  least.min_price = PriceLimit{Price{5'000}, Price{6'000}};
  const std::vector<VatLine> only{{VatRate{200'000}, 50, 10}};
  CHECK(bill(least, Use{test::monday}.charge(60, 0)).by_rate == only);
}

TEST_CASE("bill: lines always add up, and stay within a unit of their shares") {
  Random random{35};
  for (int round = 0; round < 1'000; ++round) {
    const auto price = [&] {
      return decimal_text(static_cast<std::int64_t>(random.below(99'999)), 4);
    };
    Tariff tariff = test::tariff(
        {element(component(Dimension::flat, price(), static_cast<int>(random.below(30)), 1)),
         element(component(Dimension::energy, price(), static_cast<int>(random.below(30)), 1)),
         element(component(Dimension::time, price(), -1, 1))});
    const Use use = Use{test::monday}.charge(static_cast<std::int64_t>(random.below(200)),
                                             static_cast<WattHours>(random.below(50'000)));
    const auto cost = price_use(tariff, test::utc, use.periods);
    const Bill one = bill_of(*cost, tariff);
    Bill sum;
    for (const VatLine& line : one.by_rate) {
      sum.net += line.net;
      sum.vat += line.vat;
      CHECK(line.net >= 0);
      CHECK(line.vat >= 0);
    }
    CHECK(sum.net == one.net);
    CHECK(sum.vat == one.vat);
    CHECK(one.gross() == cost->with_vat.rounded_to(tariff.currency));
  }
}

TEST_CASE("bill: names of invoices, and their months") {
  const SystemTime at{Seconds{test::monday}};
  CHECK(to_text(month_of(at)) == "2026-11");
  CHECK(parse_month("2026-11") == month_of(at));
  for (const char* bad : {"", "2026-13", "2026-00", "2026-1", "26-11-1", "2026/11", "1969-01"}) {
    CHECK_FALSE(parse_month(bad));
  }
  const std::string series = invoice_series(2026, *Currency::find("EUR"), false);
  CHECK(invoice_name(series, 42) == "2026-EUR-000042");
  CHECK(invoice_name(invoice_series(2026, *Currency::find("EUR"), true), 1'234'567) ==
        "2026-EUR-C-1234567");
}

TEST_CASE("bill: a payment goes its way, and no other") {
  PaymentFacts payment;
  payment.authorised = 5'000;
  CHECK(give_back(payment, 1).error().is(MoneyErrc::payment_invalid));
  CHECK(settle(payment, 6'000)->to_capture == 5'000);  // no more than was agreed
  CHECK(settle(payment, 0)->state == PaymentState::cancel_due);
  CHECK(worked_off(*settle(payment, 0), false).state == PaymentState::cancelled);
  const PaymentFacts due = *settle(payment, 1'386);
  CHECK(due.state == PaymentState::capture_due);
  CHECK(settle(due, 1).error().is(MoneyErrc::payment_invalid));
  CHECK(worked_off(due, false).state == PaymentState::failed);
  const PaymentFacts done = worked_off(due, true);
  CHECK(done.captured == 1'386);
  CHECK(give_back(done, 1'387).error().is(MoneyErrc::payment_invalid));
  const PaymentFacts back = worked_off(*give_back(done, 386), true);
  CHECK(back.state == PaymentState::captured);
  CHECK(back.refunded == 386);
  CHECK(give_back(back, 1'001).error().is(MoneyErrc::payment_invalid));
  CHECK(to_text(give_back(back, 1'000)->state) == "refund_due");
}

}  // namespace mainstay::charging::bill_test
