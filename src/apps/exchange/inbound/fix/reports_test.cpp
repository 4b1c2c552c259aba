#include "apps/exchange/inbound/fix/reports.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/exchange/inbound/fix/test_market.hpp"

namespace mainstay::exchange::fix::reports_test {
namespace {

using test::TestMessage;

/// A market as far as its sessions are told of it.
struct Told {
  Listings all = test::listings();
  OrderTable orders;
  Sequence sequence = 0;

  /// "1 8 37=...", by session and type.
  std::vector<std::string> report(CommandBody body, std::vector<Event> events,
                                  const Request* request = nullptr) {
    Command command;
    command.sequence = ++sequence;
    command.at = Time{1'795'335'330'125'000'000};  // 20261122-08:15:30.125
    command.body = std::move(body);
    changed.clear();
    std::vector<std::string> told;
    Reports reports = fix::report(command, events, request, all, orders);
    changed = reports.changed;
    for (const Outgoing& message : reports.messages) {
      std::string text = test::shown(message.body);
      const std::string time = "60=20261122-08:15:30.125|";
      if (const auto at = text.find(time); at != std::string::npos) text.erase(at, time.size());
      told.push_back(std::to_string(message.session) + " " + message.type + " " + text);
    }
    return told;
  }
  std::vector<OrderId> changed;
};

Request request(SessionNumber session, char type, std::string client, std::string original = "") {
  Request made;
  made.session = session;
  made.type = type;
  made.client = std::move(client);
  made.original = std::move(original);
  return made;
}

PlaceOrder limit(std::uint64_t id, Side side, std::uint32_t price, std::uint32_t quantity) {
  PlaceOrder order;
  order.id = OrderId{id};
  order.symbol = SymbolId{1};
  order.side = side;
  order.price = Price{price};
  order.quantity = Quantity{quantity};
  return order;
}

/// To buy for 10.00.
PlaceOrder by_budget(std::uint64_t id) {
  PlaceOrder order = limit(id, Side::buy, 0, 0);
  order.type = OrderType::market;
  order.budget = 1'000;
  return order;
}

Event event(EventKind kind, std::uint64_t order, std::uint32_t quantity = 0,
            std::uint32_t left = 0) {
  Event made;
  made.kind = kind;
  made.symbol = SymbolId{1};
  made.order = OrderId{order};
  made.quantity = Quantity{quantity};
  made.left = Quantity{left};
  return made;
}

/// Session 1 has an order to sell 10 at 1.25, id 1, "s1".
Told with_an_order() {
  Told told;
  const Request asked = request(1, 'D', "s1");
  told.report(limit(1, Side::sell, 125, 10), {event(EventKind::accepted, 1, 10, 10)}, &asked);
  return told;
}

using Lines = std::vector<std::string>;

TEST_CASE("fix reports: an order that is taken") {
  Told told;
  Request asked = request(1, 'D', "s1");
  asked.account = "desk 7";
  CHECK(
      told.report(limit(1, Side::sell, 125, 10), {event(EventKind::accepted, 1, 10, 10)}, &asked) ==
      Lines{"1 8 37=1|11=s1|17=1-0|150=0|39=0|1=desk 7|55=ARTUSD|54=2|40=2|59=1|38=10|44=1.25|"
            "151=10|14=0|6=0.00|"});
  CHECK(told.changed == std::vector{OrderId{1}});
  CHECK(
      told.report(limit(2, Side::sell, 125, 10), {event(EventKind::accepted, 2, 10, 10)}).empty());
}

TEST_CASE("fix reports: an order that is refused was never there") {
  Told told;
  const Request asked = request(1, 'D', "s1");
  Event no = event(EventKind::rejected, 1);
  no.reason = Reject::balance_insufficient;
  CHECK(told.report(limit(1, Side::buy, 125, 10), {no}, &asked) ==
        Lines{"1 8 37=1|11=s1|17=1-0|150=8|39=8|103=3|55=ARTUSD|54=1|40=2|59=1|38=10|44=1.25|"
              "151=0|14=0|6=0.00|58=The account has too little of the asset.|"});
  CHECK(told.orders.size() == 0);
}

TEST_CASE("fix reports: a trade is told to both sides, with fees and who brought what") {
  Told told = with_an_order();
  const Request asked = request(2, 'D', "b1");
  Event trade = event(EventKind::traded, 2, 4, 0);
  trade.other = OrderId{1};
  trade.other_left = Quantity{6};
  trade.price = Price{125};
  trade.trade = TradeId{9};
  trade.fee = 7;
  trade.other_fee = -1;
  CHECK(told.report(limit(2, Side::buy, 130, 4), {event(EventKind::accepted, 2, 4, 4), trade},
                    &asked) ==
        Lines{"2 8 37=2|11=b1|17=2-0|150=0|39=0|55=ARTUSD|54=1|40=2|59=1|38=4|44=1.30|151=4|14=0|"
              "6=0.00|",
              "2 8 37=2|11=b1|17=T1-9|150=F|39=2|55=ARTUSD|54=1|40=2|59=1|32=4|31=1.25|527=9|851=2|"
              "12=0.07|13=3|479=USD|38=4|44=1.30|151=0|14=4|6=1.25|",
              "1 8 37=1|11=s1|17=T1-9m|150=F|39=1|55=ARTUSD|54=2|40=2|59=1|32=4|31=1.25|527=9|"
              "851=1|12=-0.01|13=3|479=USD|38=10|44=1.25|151=6|14=4|6=1.25|"});
  CHECK(told.changed.size() == 3);
  CHECK(told.orders.find(OrderId{2})->is_finished());
}

TEST_CASE("fix reports: a busted trade is taken back from both sides") {
  Told told = with_an_order();
  const Request asked = request(2, 'D', "b1");
  Event trade = event(EventKind::traded, 2, 4, 0);
  trade.other = OrderId{1};
  trade.other_left = Quantity{6};
  trade.price = Price{125};
  trade.trade = TradeId{9};
  told.report(limit(2, Side::buy, 130, 4), {event(EventKind::accepted, 2, 4, 4), trade}, &asked);
  Event bust = trade;
  bust.kind = EventKind::busted;
  const BustTrade wanted{SymbolId{1}, TradeId{9}};
  // What was filled is canceled now, what rests has traded nothing: neither gets it back.
  CHECK(told.report(wanted, {bust}) ==
        Lines{"2 8 37=2|11=b1|17=3-0|150=H|39=4|55=ARTUSD|54=1|40=2|59=1|32=4|31=1.25|527=9|"
              "19=T1-9|38=4|44=1.30|151=0|14=0|6=0.00|58=the trade was busted|",
              "1 8 37=1|11=s1|17=3-0m|150=H|39=0|55=ARTUSD|54=2|40=2|59=1|32=4|31=1.25|527=9|"
              "19=T1-9m|38=10|44=1.25|151=6|14=0|6=0.00|58=the trade was busted|"});
  CHECK(told.changed.size() == 2);
  bust.order = bust.other = OrderId{77};  // of other doors
  CHECK(told.report(wanted, {bust}).empty());
}

TEST_CASE("fix reports: an average price is of all that has traded") {
  Told told = with_an_order();
  Event trade = event(EventKind::traded, 50, 1, 0);
  trade.other = OrderId{1};
  trade.price = Price{125};
  trade.other_left = Quantity{9};
  told.report(AdvanceTime{}, {trade});
  trade.price = Price{130};
  trade.other_left = Quantity{8};
  const auto lines = told.report(AdvanceTime{}, {trade});
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("14=2|6=1.275|") != std::string::npos);
}

TEST_CASE("fix reports: a cancel that was asked for, and one that was not") {
  Told told = with_an_order();
  const Request asked = request(1, 'F', "c1", "s1");
  CHECK(told.report(CancelOrder{OrderId{1}}, {event(EventKind::canceled, 1, 0, 10)}, &asked) ==
        Lines{"1 8 37=1|11=c1|41=s1|17=2-0|150=4|39=4|55=ARTUSD|54=2|40=2|59=1|38=10|44=1.25|151=0|"
              "14=0|6=0.00|"});

  Told other = with_an_order();
  Event expired = event(EventKind::canceled, 1, 0, 10);
  expired.cause = CancelCause::expired;
  CHECK(other.report(AdvanceTime{}, {expired}) ==
        Lines{"1 8 37=1|11=s1|17=2-0|150=C|39=C|55=ARTUSD|54=2|40=2|59=1|38=10|44=1.25|151=0|14=0|"
              "6=0.00|58=its time is over|"});
}

TEST_CASE("fix reports: a replace has the new id from now on") {
  Told told = with_an_order();
  const Request asked = request(1, 'G', "s2", "s1");
  AmendOrder amend;
  amend.id = OrderId{1};
  amend.client = ClientOrderId{"s2"};
  Event changed = event(EventKind::amended, 1, 12, 12);
  changed.price = Price{120};
  CHECK(told.report(amend, {changed}, &asked) ==
        Lines{"1 8 37=1|11=s2|41=s1|17=2-0|150=5|39=0|55=ARTUSD|54=2|40=2|59=1|38=12|44=1.20|"
              "151=12|14=0|6=0.00|"});
  CHECK(told.orders.find(1, "s2") != nullptr);
  CHECK(told.orders.find(1, "s1") == nullptr);
  AmendOrder less;
  less.id = OrderId{1};
  const auto lines = told.report(less, {event(EventKind::reduced, 1, 5, 5)});
  REQUIRE(lines.size() == 1);
  // Nobody here asked for it: it came by another door.
  CHECK(lines[0].find("|150=D|39=0|378=99|") != std::string::npos);
  CHECK(lines[0].find("|38=5|44=1.20|151=5|") != std::string::npos);
}

TEST_CASE("fix reports: what cannot be canceled or replaced") {
  Told told = with_an_order();
  Event no = event(EventKind::rejected, 1);
  no.reason = Reject::order_unknown;
  const Request cancel = request(1, 'F', "c1", "s1");
  CHECK(told.report(CancelOrder{OrderId{1}}, {no}, &cancel) ==
        Lines{"1 9 37=1|11=c1|41=s1|39=0|434=1|102=0|58=There is no live order of that id.|"});
  const Request amend = request(1, 'G', "s2", "s1");
  no.reason = Reject::nothing_to_change;
  AmendOrder wanted;
  wanted.id = OrderId{1};
  CHECK(told.report(wanted, {no}, &amend) ==
        Lines{"1 9 37=1|11=s2|41=s1|39=0|434=2|102=99|58=The amendment changes nothing.|"});
}

TEST_CASE("fix reports: what the venue does by itself") {
  Told told = with_an_order();
  Event slid = event(EventKind::slid, 1);
  slid.price = Price{126};
  CHECK(told.report(AdvanceTime{}, {slid})[0].find("|150=D|39=0|378=3|") != std::string::npos);
  CHECK(told.report(AdvanceTime{}, {event(EventKind::triggered, 1)})[0].find("|150=L|39=0|") !=
        std::string::npos);
  const auto less = told.report(AdvanceTime{}, {event(EventKind::decremented, 1, 3, 7)});
  CHECK(less[0].find("|150=D|39=0|378=5|") != std::string::npos);
  CHECK(less[0].find("|38=7|44=1.26|151=7|") != std::string::npos);
  const auto none = told.report(AdvanceTime{}, {event(EventKind::decremented, 1, 7, 0)});
  CHECK(none[0].find("|39=4|") != std::string::npos);
  CHECK(told.report(AdvanceTime{}, {event(EventKind::refilled, 1)}).empty());
}

TEST_CASE("fix reports: a market order with a budget is done with its last trade") {
  Told told;
  PlaceOrder market = by_budget(2);
  Event first = event(EventKind::traded, 2, 1, 0);
  first.price = Price{100};
  Event second = first;
  second.price = Price{200};
  const Request asked = request(1, 'D', "m");
  const auto lines = told.report(market, {event(EventKind::accepted, 2), first, second}, &asked);
  REQUIRE(lines.size() == 3);
  CHECK(lines[1].find("|39=1|") != std::string::npos);
  CHECK(lines[2].find("|39=2|") != std::string::npos);
  CHECK(lines[2].find("|152=10.00|151=0|14=2|6=1.50|") != std::string::npos);
}

TEST_CASE("fix reports: a budget that the book could not fill is canceled, not filled") {
  Told told;
  PlaceOrder market = by_budget(2);
  Event trade = event(EventKind::traded, 2, 1);
  trade.price = Price{100};
  Event rest = event(EventKind::canceled, 2);
  rest.cause = CancelCause::unfilled;
  const Request asked = request(1, 'D', "m");
  const auto lines = told.report(market, {event(EventKind::accepted, 2), trade, rest}, &asked);
  REQUIRE(lines.size() == 3);
  CHECK(lines[1].find("|150=F|39=1|") != std::string::npos);
  CHECK(lines[2].find("|150=4|39=4|") != std::string::npos);
  CHECK(lines[2].find("|151=0|14=1|") != std::string::npos);
}

TEST_CASE("fix reports: a budget that self-trade prevention shrank goes on") {
  Told told;
  PlaceOrder market = by_budget(2);
  const Event less = event(EventKind::decremented, 2, 3);
  Event trade = event(EventKind::traded, 2, 1);
  trade.price = Price{100};
  const Request asked = request(1, 'D', "m");
  const auto lines = told.report(market, {event(EventKind::accepted, 2), less, trade}, &asked);
  REQUIRE(lines.size() == 3);
  CHECK(lines[1].find("|150=D|39=0|378=5|") != std::string::npos);
  CHECK(lines[2].find("|150=F|39=2|") != std::string::npos);
  CHECK(lines[2].find("|151=0|14=1|") != std::string::npos);
}

TEST_CASE("fix reports: a budget that self-trade prevention ends is filled when it has traded") {
  Told told;
  PlaceOrder market = by_budget(2);
  Event trade = event(EventKind::traded, 2, 1);
  trade.price = Price{100};
  const Event less = event(EventKind::decremented, 2, 3);
  const Request asked = request(1, 'D', "m");
  const auto lines = told.report(market, {event(EventKind::accepted, 2), trade, less}, &asked);
  REQUIRE(lines.size() == 3);
  CHECK(lines[1].find("|150=F|39=1|") != std::string::npos);
  CHECK(lines[2].find("|150=D|39=2|378=5|") != std::string::npos);
  CHECK(lines[2].find("|151=0|14=1|") != std::string::npos);
  market.id = OrderId{3};
  Event rest = event(EventKind::canceled, 3);
  rest.cause = CancelCause::self_trade;
  const auto ends = told.report(
      market, {event(EventKind::accepted, 3), event(EventKind::decremented, 3, 3), rest}, &asked);
  REQUIRE(ends.size() == 3);
  CHECK(ends[1].find("|150=D|39=0|378=5|") != std::string::npos);
  CHECK(ends[2].find("|150=4|39=4|") != std::string::npos);
}

TEST_CASE("fix reports: a mass cancel is told behind what it canceled") {
  Told told = with_an_order();
  const Request asked = request(1, 'q', "all");
  const auto lines = told.report(MassCancel{}, {event(EventKind::canceled, 1, 0, 10)}, &asked);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].find("|150=4|39=4|") != std::string::npos);
  CHECK(lines[1] == "1 r 11=all|37=2|530=7|531=7|533=1|");
}

TEST_CASE("fix reports: answers that need no venue") {
  const SystemTime now{};
  const TestMessage order{"35=D|34=7|11=a|55=NONE|54=1|40=2|38=1|44=1|"};
  CHECK(test::shown(refused_order(*order, {1, "no"}, "x1", now)) ==
        "37=NONE|11=a|17=x1|150=8|39=8|103=1|55=NONE|54=1|40=2|151=0|14=0|6=0|"
        "60=19700101-00:00:00.000|58=no|");
  const TestMessage cancel{"35=F|34=7|11=c|41=a|"};
  CHECK(test::shown(refused_cancel(*cancel, nullptr, 1, "no")) ==
        "37=NONE|11=c|41=a|39=8|434=1|102=1|58=no|");
  const TestMessage mass{"35=q|34=7|11=c|530=3|"};
  CHECK(test::shown(refused_mass_cancel(*mass, {0, "no"})) ==
        "11=c|37=NONE|530=3|531=0|532=0|58=no|");
  CHECK(test::shown(business_reject(*mass, 3, "no")) == "45=7|372=q|379=c|380=3|58=no|");
  const TestMessage status{"35=H|34=7|11=a|55=X|54=1|790=r|"};
  CHECK(test::shown(unknown_order_status(*status, "x2", now)) ==
        "37=NONE|11=a|17=x2|150=I|39=8|103=5|55=X|54=1|151=0|14=0|6=0|"
        "60=19700101-00:00:00.000|58=There is no such order.|790=r|");
  Told told = with_an_order();
  StatusRequest asked;
  asked.tag = tag::mass_status_request_id;
  asked.request_id = "m";
  asked.total = 2;
  asked.last = false;
  CHECK(test::shown(order_status(*told.orders.find(OrderId{1}), told.all, asked, "x3", now)) ==
        "37=1|11=s1|17=x3|150=I|39=0|55=ARTUSD|54=2|40=2|59=1|38=10|44=1.25|151=10|14=0|6=0.00|"
        "60=19700101-00:00:00.000|584=m|911=2|912=N|");
}

TEST_CASE("fix reports: every reject has a reason that FIX knows") {
  for (int number = 1; number < 600; ++number) {
    const auto reject = static_cast<Reject>(number);
    if (name(reject) == "none") continue;
    const int order = order_reject_reason(reject);
    CHECK(((order >= 0 && order <= 15) || order == 99));
    const int cancel = cancel_reject_reason(reject);
    CHECK(((cancel >= 0 && cancel <= 6) || cancel == 99));
  }
}

}  // namespace
}  // namespace mainstay::exchange::fix::reports_test
