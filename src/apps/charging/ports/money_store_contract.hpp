#pragma once

#include <doctest/doctest.h>

#include "apps/charging/domain/money/test_tariffs.hpp"
#include "apps/charging/ports/money_store.hpp"

namespace mainstay::charging {

/// What every MoneyStore must do. A Holder is default-made with empty tables and bounds of 2
/// tariffs, 2 vehicles of a user and 2 visits that wait: `bool is_there()`, `MoneyStore& store()`.
/// Run with TEST_CASE_TEMPLATE_INVOKE(money_store_contract, Holder).
template <class Holder>
class MoneyStoreContract {
 public:
  void run() {
    if (!holder_.is_there()) return;
    SUBCASE("tariffs have versions, and are used by places") { tariffs(); }
    SUBCASE("a charge is settled once, and invoiced without gaps") { settled(); }
    SUBCASE("a month's charges make an invoice a user and currency") { months(); }
    SUBCASE("a credit note takes an invoice back, once, with what was paid") { credits(); }
    SUBCASE("a visit is captured, or let go") { visits(); }
    SUBCASE("payments are due when they say") { payments(); }
    SUBCASE("vehicles, a payment method, connectors, revenue") { others(); }
  }

 private:
  static SystemTime at(std::int64_t seconds) { return SystemTime{Seconds{test::monday + seconds}}; }
  static TariffRecord tariff_of(const std::string& id, std::string_view price, SystemTime made) {
    TariffRecord out;
    out.tariff = test::tariff({test::element(test::component(Dimension::energy, price, 20, 1))});
    out.tariff.id = id;
    out.made_by = "op";
    out.made_at = made;
    return out;
  }
  static CdrRecord cdr_of(const std::string& source, const std::string& user, Minor net) {
    CdrRecord out;
    out.source = source;
    out.user = user;
    out.station = StationId{12};
    out.connector = ConnectorNumber{1};
    out.plot = PlotId{7};
    out.host = "hilda";
    out.place = "Market square";
    out.tag = "TAG" + source;
    out.started_at = at(0);
    out.stopped_at = at(3'600);
    out.energy = 20'000;
    out.charging = Seconds{3'600};
    out.tariff_id = "t";
    out.tariff_version = 1;
    out.currency = *Currency::find("EUR");
    out.exact_net = Price{net * 100};
    out.exact_gross = Price{net * 120};
    out.bill.net = net;
    out.bill.vat = net / 5;
    out.bill.by_rate = {{VatRate{200'000}, net, net / 5}};
    out.lines = "[]";
    out.made_at = at(3'700);
    return out;
  }
  CdrRecord settle(const std::string& source, const std::string& user, Minor net,
                   bool invoice_now = true) {
    const auto done = store().settle(cdr_of(source, user, net), invoice_now);
    REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message()));
    return *done;
  }
  /// As if the provider had done all that is due.
  void work_off() {
    for (PaymentRecord one : *store().due(at(9'999), 100)) {
      one.reference = "ref";
      one.facts = worked_off(one.facts, true);
      REQUIRE(store().record(one).has_value());
    }
  }

  void tariffs() {
    CHECK(store().put_tariff(tariff_of("b", "1", at(0)))->version == 1);
    CHECK(store().put_tariff(tariff_of("b", "1", at(1)))->version == 1);
    CHECK(store().put_tariff(tariff_of("b", "2", at(10)))->version == 2);
    CHECK(store().put_tariff(tariff_of("a", "3", at(0)))->version == 1);
    CHECK(store().put_tariff(tariff_of("c", "3", at(0))).error().is(LedgerErrc::too_many));
    const auto price = [](const Result<TariffRecord>& found) {
      return found->tariff.elements[0].components[0].price.get() / 10'000;
    };
    CHECK(price(store().tariff("b")) == 2);
    CHECK(price(store().tariff("b", 1)) == 1);
    CHECK(price(store().tariff_at("b", at(9))) == 1);
    CHECK(price(store().tariff_at("b", at(-9))) == 1);
    CHECK(price(store().tariff_at("b", at(10))) == 2);
    CHECK(store().tariff("x").error().is(LedgerErrc::not_found));
    const auto all = store().tariffs("", 10);
    REQUIRE(all->size() == 2);
    CHECK(all->at(0).tariff.id == "a");
    CHECK(all->at(1).version == 2);
    CHECK(store().tariffs("a", 10)->size() == 1);

    CHECK(store().use_tariff({"default", "x", "op", at(0)}).error().is(LedgerErrc::not_found));
    REQUIRE(store().use_tariff({"plot:7", "a", "op", at(0)}).has_value());
    REQUIRE(store().use_tariff({"plot:7", "b", "op", at(10)}).has_value());
    CHECK(*store().tariff_used("plot:7", at(9)) == "a");
    CHECK(*store().tariff_used("plot:7", at(10)) == "b");
    CHECK(store().tariff_used("plot:8", at(10))->empty());
    CHECK(store().tariff_uses("", 10)->front().tariff_id == "b");
    REQUIRE(store().use_tariff({"plot:7", "", "op", at(20)}).has_value());
    CHECK(store().tariff_uses("", 10)->empty());
    CHECK(store().tariff_used("plot:7", at(20))->empty());
  }

  void settled() {
    const CdrRecord first = settle("t1", "ann", 1'000);
    const CdrRecord again = settle("t1", "ann", 2'000);
    CHECK(again.id == first.id);
    CHECK(again.bill.net == 1'000);
    CHECK(settle("t2", "bob", 0).invoice == 0);  // nothing to pay
    CHECK(settle("t3", "bob", 300).invoice == first.invoice + 1);
    const auto known = store().cdr("t1");
    CHECK(known->bill.by_rate == first.bill.by_rate);
    CHECK(known->stopped_at == at(3'600));
    CHECK(known->exact_gross == Price{120'000});
    CHECK(known->place == "Market square");
    const auto invoice = store().invoice(first.invoice);
    CHECK(invoice_name(invoice->series, invoice->number) == "2026-EUR-000001");
    CHECK(invoice->bill.gross() == 1'200);
    CHECK(store().invoice(first.invoice + 1)->number == 2);
    CHECK(store().invoices({.user = "ann"})->size() == 1);
    CHECK(store().invoices({})->size() == 2);
    CHECK(store().cdrs({.user = "bob"})->front().source == "t3");
    CHECK(store().cdrs({.user = "bob", .before = store().cdr("t3")->id})->front().source == "t2");
    CHECK(store().cdrs_of(first.invoice)->front().id == first.id);
    CHECK(store().cdr("t9").error().is(LedgerErrc::not_found));
  }

  void months() {
    settle("t1", "ann", 1'000, false);
    settle("t2", "ann", 500, false);
    settle("t3", "bob", 700, false);
    CHECK(*store().invoice_month({2026, 10}, at(5'000)) == 0);
    CHECK(*store().invoice_month({2026, 11}, at(5'000)) == 2);
    CHECK(*store().invoice_month({2026, 11}, at(5'000)) == 0);
    const auto invoice = store().invoices({.user = "ann"})->front();
    CHECK(invoice.bill.gross() == 1'800);
    CHECK(store().cdrs_of(invoice.id)->size() == 2);
    CHECK(store().invoices({.user = "bob"})->front().number == 2);
  }

  void credits() {
    REQUIRE(store().set_payment_method("ann", "fake:ok", at(0)).has_value());
    const CdrRecord cdr = settle("t1", "ann", 1'000);
    auto payment = store().payment(store().invoice(cdr.invoice)->payment);
    CHECK(payment->facts.state == PaymentState::charge_due);
    CHECK(payment->facts.to_capture == 1'200);
    CHECK(store().pay(cdr.invoice, "fake:ok", at(1)).error().is(LedgerErrc::already_paid));
    work_off();
    const auto note = store().credit(cdr.invoice, "did not charge", at(2));
    REQUIRE(note.has_value());
    CHECK(invoice_name(note->series, note->number) == "2026-EUR-C-000001");
    CHECK(note->bill.gross() == -1'200);
    CHECK(store().credit(cdr.invoice, "", at(2)).error().is(LedgerErrc::already_credited));
    CHECK(store().credit(note->id, "", at(2)).error().is(LedgerErrc::not_creditable));
    CHECK(store().invoices({})->size() == 2);
    CHECK(store().invoices({.credit_notes = true})->size() == 1);
    CHECK(store().invoices({.user = "ann", .credit_notes = true})->front().id == note->id);
    CHECK(store().invoices({.user = "bob", .credit_notes = true})->empty());
    payment = store().payment(payment->id);
    CHECK(payment->facts.state == PaymentState::refund_due);
    work_off();
    CHECK(store().payment(payment->id)->facts.refunded == 1'200);
    CHECK(store().pay(cdr.invoice, "fake:ok", at(1)).error().is(LedgerErrc::already_credited));
    // Nobody had paid this one, and somebody does in the end.
    const CdrRecord open = settle("t2", "bob", 100);
    CHECK(store().invoice(open.invoice)->payment == 0);
    auto paid = store().pay(open.invoice, "fake:declined", at(3));
    REQUIRE(paid.has_value());
    paid->facts = worked_off(paid->facts, false);
    REQUIRE(store().record(*paid).has_value());
    const auto second = store().pay(open.invoice, "fake:ok", at(4));
    REQUIRE(second.has_value());
    CHECK(second->key != paid->key);
  }

  VisitRecord visit(const std::string& link, const std::string& tag, SystemTime made) {
    VisitRecord wanted;
    wanted.link = link;
    wanted.tag = tag;
    wanted.station = StationId{12};
    wanted.connector = ConnectorNumber{1};
    wanted.made_at = made;
    PaymentRecord payment;
    payment.key = "visit-" + link;
    payment.currency = *Currency::find("EUR");
    payment.facts.authorised = 5'000;
    payment.made_at = made;
    const auto added = store().add_visit(wanted, payment);
    REQUIRE(added.has_value());
    return *added;
  }

  void visits() {
    const VisitRecord one = visit("l1", "TAGt1", at(0));
    const VisitRecord two = visit("l2", "TAGt2", at(5));
    CHECK(store().add_visit(one, {}).error().is(LedgerErrc::too_many));
    REQUIRE(store().begin_visit("TAGt1", TransactionId{1}).has_value());
    CHECK(store().visit("l1")->transaction == TransactionId{1});
    CHECK(store().visit_of_tag("TAGt2")->link == "l2");
    REQUIRE(store().waiting_visits(at(6), 10)->size() == 1);
    CHECK(store().waiting_visits(at(5), 10)->empty());
    REQUIRE(store().fail_visit("l2", "nobody came").has_value());
    REQUIRE(store().fail_visit("l1", "too late").has_value());
    CHECK(store().visit("l1")->failure.empty());
    CHECK(store().payment(two.payment)->facts.state == PaymentState::cancel_due);
    const CdrRecord cdr = settle("t1", "", 1'000, false);  // a visit is invoiced at once
    CHECK(cdr.payment == one.payment);
    CHECK(store().invoice(cdr.invoice)->payment == one.payment);
    CHECK(store().payment(one.payment)->facts.to_capture == 1'200);
    CHECK(store().due(at(9'999), 10)->size() == 2);
    // Another charge with that tag: the held money is spent.
    CdrRecord wanted = cdr_of("t9", "", 500);
    wanted.tag = "TAGt1";
    const auto more = store().settle(wanted, false);
    REQUIRE(more.has_value());
    CHECK(more->payment == 0);
    CHECK(store().invoice(more->invoice)->payment == 0);
    CHECK(store().payment(one.payment)->facts.to_capture == 1'200);
    visit("l4", "TAGt4", at(6));
    CHECK(store().payment(settle("t4", "", 0).payment)->facts.state == PaymentState::cancel_due);
  }

  void payments() {
    settle("t1", "ann", 100);
    PaymentRecord one = *store().pay(1, "fake:slow", at(0));
    one.attempts = 1;
    one.try_at = at(60);
    one.last_error = "does not answer";
    REQUIRE(store().record(one).has_value());
    CHECK(store().due(at(59), 10)->empty());
    const auto due = store().due(at(60), 10);
    REQUIRE(due->size() == 1);
    CHECK(due->front().last_error == "does not answer");
    CHECK(due->front().key == "invoice-1-0");
    CHECK(store().record({.id = 99}).error().is(LedgerErrc::not_found));
  }

  void others() {
    VehicleRecord car;
    car.user = "ann";
    car.name = "Zoe";
    car.connectors = "type2,ccs2";
    car.battery = 52'000;
    const auto kept = store().add_vehicle(car);
    REQUIRE(kept.has_value());
    REQUIRE(store().add_vehicle(car).has_value());
    CHECK(store().add_vehicle(car).error().is(LedgerErrc::too_many));
    car = *kept;
    car.ac_max = 22'000;
    CHECK(store().change_vehicle(car)->ac_max == 22'000);
    car.user = "bob";
    CHECK(store().change_vehicle(car).error().is(LedgerErrc::not_found));
    CHECK(store().remove_vehicle("bob", kept->id).error().is(LedgerErrc::not_found));
    CHECK(store().remove_vehicle("ann", kept->id).has_value());
    CHECK(store().vehicles("ann")->size() == 1);
    CHECK(store().payment_method("ann")->empty());
    REQUIRE(store().set_payment_method("ann", "fake:ok", at(0)).has_value());
    REQUIRE(store().set_payment_method("ann", "fake:slow", at(0)).has_value());
    CHECK(*store().payment_method("ann") == "fake:slow");
    REQUIRE(store().set_payment_method("ann", "", at(0)).has_value());
    CHECK(store().payment_method("ann")->empty());

    CHECK(*store().cursor() == 0);
    const StationId station{12};
    const ConnectorNumber first{1};
    const auto change = [&](std::int64_t second, bool parks) {
      return ConnectorUse{station, first, {at(second), parks}};
    };
    REQUIRE(store().advance(5, {change(0, true), change(10, false)}).has_value());
    REQUIRE(store().advance(9, {change(10, true), change(20, false)}).has_value());
    CHECK(*store().cursor() == 9);
    CHECK(store().uses(station, first, at(11), at(20))->empty());
    CHECK(store().uses(station, first, at(5), at(21))->size() == 2);
    REQUIRE(store().uses(station, first, at(10), at(20))->size() == 1);
    CHECK(store().uses(station, first, at(10), at(20))->front().is_parking);
    CHECK(store().uses(station, ConnectorNumber{2}, at(0), at(99))->empty());

    settle("t1", "ann", 1'000);
    settle("t2", "bob", 500);
    const auto revenue = store().revenue("hilda", {2026, 11});
    REQUIRE(revenue->size() == 1);
    CHECK(revenue->front().net == 1'500);
    CHECK(revenue->front().vat == 300);
    CHECK(revenue->front().energy == 40'000);
    CHECK(store().revenue("hilda", {2026, 10})->empty());
    CHECK(store().revenue("", {2026, 11})->empty());
  }

  MoneyStore& store() { return holder_.store(); }
  Holder holder_;
};

TEST_CASE_TEMPLATE_DEFINE("money store contract", Holder, money_store_contract) {
  MoneyStoreContract<Holder>{}.run();
}

}  // namespace mainstay::charging
