#include "apps/exchange/inbound/fix/order_entry.hpp"

#include <string>

#include <doctest/doctest.h>

#include "apps/exchange/inbound/fix/test_market.hpp"

namespace mainstay::exchange::fix::order_entry_test {
namespace {

using test::TestMessage;

const std::string limit_order = "35=D|11=a|55=ARTUSD|54=1|38=10|40=2|44=1.25|59=1|";

/// The order with other or more fields.
std::string order_with(std::string fields, const std::string& instead = "") {
  std::string text = limit_order;
  if (!instead.empty()) text.replace(text.find(instead), instead.size(), fields);
  return instead.empty() ? text + fields : text;
}

OrderEntry read(const std::string& text) {
  const Listings all = test::listings();
  const TestMessage message{text};
  return read_new_order(*message, all.find((*message).get(tag::symbol)));
}

PlaceOrder taken(const std::string& text) {
  const OrderEntry entry = read(text);
  INFO(text);
  REQUIRE(std::holds_alternative<PlaceOrder>(entry));
  return std::get<PlaceOrder>(entry);
}

void check_defect(const std::string& text, RejectReason reason, Tag tag) {
  const OrderEntry entry = read(text);
  INFO(text);
  REQUIRE(std::holds_alternative<Defect>(entry));
  CHECK(std::get<Defect>(entry).reason == reason);
  CHECK(std::get<Defect>(entry).tag == tag);
}

void check_refused(const std::string& text, int reason) {
  const OrderEntry entry = read(text);
  INFO(text);
  REQUIRE(std::holds_alternative<Refusal>(entry));
  CHECK(std::get<Refusal>(entry).reason == reason);
  CHECK_FALSE(std::get<Refusal>(entry).text.empty());
}

TEST_CASE("fix order entry: a limit order, exactly") {
  const PlaceOrder order = taken(limit_order);
  CHECK(order.symbol == SymbolId{1});
  CHECK(order.side == Side::buy);
  CHECK(order.type == OrderType::limit);
  CHECK(order.tif == TimeInForce::gtc);
  CHECK(order.price == Price{125});
  CHECK(order.quantity == Quantity{10});
  CHECK(order.client.text() == "a");
  CHECK(order.post_only == PostOnly::no);
  CHECK(order.self_trade == SelfTrade::allow);
}

TEST_CASE("fix order entry: types and times") {
  CHECK(taken("35=D|11=a|55=ARTUSD|54=2|38=10|40=1|").type == OrderType::market);
  const PlaceOrder stop = taken("35=D|11=a|55=ARTUSD|54=2|38=10|40=3|99=2|");
  CHECK(stop.type == OrderType::stop);
  CHECK(stop.trigger == Price{200});
  CHECK(stop.side == Side::sell);
  const PlaceOrder both = taken("35=D|11=a|55=ARTUSD|54=1|38=10|40=4|99=2|44=2.10|");
  CHECK(both.type == OrderType::stop_limit);
  CHECK(both.price == Price{210});
  CHECK(both.tif == TimeInForce::day);
  CHECK(taken(order_with("59=3|", "59=1|")).tif == TimeInForce::ioc);
  CHECK(taken(order_with("59=4|", "59=1|")).tif == TimeInForce::fok);
  const PlaceOrder dated = taken(order_with("59=6|432=20261122|", "59=1|"));
  CHECK(dated.tif == TimeInForce::gtd);
  CHECK(dated.expires == taken(order_with("59=6|126=20261123-00:00:00|", "59=1|")).expires);
}

TEST_CASE("fix order entry: instructions") {
  CHECK(taken(order_with("18=6|")).post_only == PostOnly::reject);
  CHECK(taken(order_with("18=6|9479=R|")).post_only == PostOnly::reject);
  CHECK(taken(order_with("18=6|9479=S|")).post_only == PostOnly::slide);
  CHECK(taken(order_with("59=3|110=10|", "59=1|")).tif == TimeInForce::fok);
  CHECK(taken(order_with("59=4|110=10|", "59=1|")).tif == TimeInForce::fok);
  CHECK(taken(order_with("110=0|")).tif == TimeInForce::gtc);
  CHECK(taken(order_with("111=3|")).display == Quantity{3});
  CHECK(taken(order_with("1138=3|")).display == Quantity{3});
  CHECK(taken(order_with("111=10|")).display == Quantity{0});
  CHECK(taken(order_with("111=0|")).hidden);
  CHECK(taken(order_with("7928=N|")).self_trade == SelfTrade::cancel_taker);
  CHECK(taken(order_with("7928=O|")).self_trade == SelfTrade::cancel_maker);
  CHECK(taken(order_with("7928=B|")).self_trade == SelfTrade::cancel_both);
  CHECK(taken(order_with("7928=D|")).self_trade == SelfTrade::decrement);
  const PlaceOrder budget = taken("35=D|11=a|55=ARTUSD|54=1|152=12.34|40=1|");
  CHECK(budget.budget == 1'234);
  CHECK(budget.quantity == Quantity{0});
}

TEST_CASE("fix order entry: messages that are no orders are defects") {
  for (const Tag missing : {tag::client_order_id, tag::symbol, tag::side, tag::order_type}) {
    const std::string begin = "|" + std::to_string(missing) + "=";
    std::string text = limit_order;
    const std::size_t at = text.find(begin);
    text.erase(at, text.find('|', at + 1) - at);
    check_defect(text, RejectReason::required_tag_missing, missing);
  }
  check_defect(order_with("", "38=10|"), RejectReason::required_tag_missing, tag::order_quantity);
  check_defect(order_with("", "44=1.25|"), RejectReason::required_tag_missing, tag::price);
  check_defect(order_with("99=1|"), RejectReason::value_incorrect, tag::stop_price);
  check_defect("35=D|11=a|55=ARTUSD|54=1|38=10|40=1|44=1|", RejectReason::value_incorrect,
               tag::price);
  check_defect(order_with("54=5|", "54=1|"), RejectReason::value_incorrect, tag::side);
  check_defect(order_with("40=P|44=1|", "40=2|44=1.25|"), RejectReason::value_incorrect,
               tag::order_type);
  check_defect(order_with("40=21|", "40=2|"), RejectReason::value_incorrect, tag::order_type);
  check_defect(order_with("59=9|", "59=1|"), RejectReason::value_incorrect, tag::time_in_force);
  check_defect(order_with("59=10|", "59=1|"), RejectReason::value_incorrect, tag::time_in_force);
  check_defect(order_with("59=6|", "59=1|"), RejectReason::required_tag_missing, tag::expire_time);
  check_defect(order_with("59=6|126=soon|", "59=1|"), RejectReason::format_incorrect,
               tag::expire_time);
  CHECK(taken(order_with("59=6|432=22611231|", "59=1|")).expires.get() > 0);
  check_defect(order_with("59=6|126=99991231-23:59:59|", "59=1|"), RejectReason::value_incorrect,
               tag::expire_time);
  check_defect(order_with("59=6|432=22630101|", "59=1|"), RejectReason::value_incorrect,
               tag::expire_date);
  check_defect(order_with("44=1,25|", "44=1.25|"), RejectReason::format_incorrect, tag::price);
  check_defect(order_with("38=-1|", "38=10|"), RejectReason::format_incorrect, tag::order_quantity);
  check_defect(order_with("11=" + std::string(37, 'x') + "|", "11=a|"),
               RejectReason::value_incorrect, tag::client_order_id);
  check_defect(order_with("11=\x7f|", "11=a|"), RejectReason::value_incorrect,
               tag::client_order_id);
  check_defect(order_with("1=" + std::string(65, 'x') + "|"), RejectReason::value_incorrect,
               tag::account);
  check_defect(order_with("7928=X|"), RejectReason::value_incorrect, tag::self_trade_prevention);
  check_defect(order_with("9479=S|"), RejectReason::value_incorrect, tag::display_indicator);
  check_defect(order_with("18=6|9479=X|"), RejectReason::value_incorrect, tag::display_indicator);
  check_defect(order_with("152=5|"), RejectReason::value_incorrect, tag::cash_order_quantity);
}

TEST_CASE("fix order entry: orders that cannot be are refused with a reason") {
  check_refused(order_with("55=NONE|", "55=ARTUSD|"), 1);
  check_refused(order_with("59=7|", "59=1|"), 11);
  check_refused(order_with("18=1|"), 11);
  check_refused(order_with("110=10|"), 11);
  check_refused(order_with("59=3|110=4|", "59=1|"), 11);
  check_refused(order_with("38=1.5|", "38=10|"), 13);
  check_refused(order_with("38=99999999999|", "38=10|"), 13);
  check_refused(order_with("44=1.255|", "44=1.25|"), 99);
  check_refused(order_with("44=0|", "44=1.25|"), 99);
  check_refused("35=D|11=a|55=ARTUSD|54=2|152=5|40=1|", 11);
}

TEST_CASE("fix order entry: what a replace changes, and a mass cancel means") {
  const Listings all = test::listings();
  const Listing& listing = *all.find("ARTUSD");
  const TestMessage replace{"35=G|41=a|11=b|55=ARTUSD|54=1|40=2|38=7|44=1.30|"};
  const AmendEntry amend = read_replace(*replace, listing, {});
  REQUIRE(std::holds_alternative<AmendOrder>(amend));
  CHECK(std::get<AmendOrder>(amend).quantity == Quantity{7});
  CHECK(std::get<AmendOrder>(amend).price == Price{130});
  CHECK(std::get<AmendOrder>(amend).client.text() == "b");
  const TestMessage wrong{"35=G|41=a|11=b|38=x|"};
  CHECK(std::holds_alternative<Defect>(read_replace(*wrong, listing, {})));

  const TestMessage all_of_them{"35=q|11=c|530=7|54=2|"};
  const auto everything = read_mass_cancel(*all_of_them, nullptr);
  REQUIRE(std::holds_alternative<MassCancel>(everything));
  CHECK(std::get<MassCancel>(everything).any_symbol);
  CHECK(std::get<MassCancel>(everything).side == Side::sell);
  const TestMessage one{"35=q|11=c|530=1|55=ARTUSD|"};
  CHECK_FALSE(std::get<MassCancel>(read_mass_cancel(*one, &listing)).any_symbol);
  CHECK(std::holds_alternative<Refusal>(read_mass_cancel(*one, nullptr)));
  const TestMessage kind{"35=q|11=c|530=3|"};
  CHECK(std::holds_alternative<Refusal>(read_mass_cancel(*kind, nullptr)));
  const TestMessage nameless{"35=q|11=c|530=1|"};
  CHECK(std::holds_alternative<Defect>(read_mass_cancel(*nameless, nullptr)));
}

TEST_CASE("fix order entry: what a replace cannot change must be the order's own where given") {
  const Listings all = test::listings();
  const Listing& listing = *all.find("ARTUSD");
  FixOrder order;
  order.quantity = Quantity{10};
  order.price = Price{125};
  const auto refusal = [&](const std::string& fields) {
    const TestMessage message{"35=G|41=a|11=b|38=8|" + fields};
    const AmendEntry entry = read_replace(*message, listing, order);
    const auto* const refused = std::get_if<Refusal>(&entry);
    return refused == nullptr ? std::string{} : refused->text.substr(0, refused->text.find(','));
  };
  const auto cannot = [](std::string tag) { return "A replace cannot change " + tag; };
  CHECK(refusal("40=2|59=1|111=8|7928=N|126=20261122-08:00:00|") == cannot("126"));
  CHECK(refusal("40=2|59=1|111=10|1=mine|21=1|54=1|") == "");
  CHECK(refusal("40=1|") == cannot("40"));
  CHECK(refusal("59=0|") == cannot("59"));
  CHECK(refusal("59=6|126=20261122-08:00:00|") == cannot("59"));
  CHECK(refusal("432=20261122|") == cannot("432"));
  CHECK(refusal("18=6|") == cannot("18"));
  CHECK(refusal("7928=N|") == cannot("7928"));
  CHECK(refusal("152=10|") == cannot("152"));
  CHECK(refusal("111=3|") == cannot("111"));
  CHECK(refusal("1138=0|") == cannot("1138"));
  CHECK(refusal("110=5|") == "MinQty must be OrderQty");

  order.tif = TimeInForce::gtd;
  order.expires = Time{1'795'334'400'000'000'000};  // 20261122-08:00:00
  order.post_only = PostOnly::slide;
  order.self_trade = SelfTrade::cancel_taker;
  order.display = Quantity{3};
  CHECK(refusal("59=6|126=20261122-08:00:00|18=6|9479=S|7928=N|111=3|") == "");
  CHECK(refusal("59=6|18=6|") == "");  // what is absent stays
  CHECK(refusal("126=20261122-08:00:01|") == cannot("126"));
  CHECK(refusal("18=6|9479=R|") == cannot("9479"));
  CHECK(refusal("7928=O|") == cannot("7928"));
  CHECK(refusal("111=10|") == cannot("111"));
  order.display = Quantity{0};
  order.hidden = true;
  CHECK(refusal("111=0|") == "");
  CHECK(refusal("111=10|") == cannot("111"));
}

}  // namespace
}  // namespace mainstay::exchange::fix::order_entry_test
