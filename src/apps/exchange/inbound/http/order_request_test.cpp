#include "apps/exchange/inbound/http/order_request.hpp"

#include <doctest/doctest.h>

#include "apps/exchange/inbound/http/api_errc.hpp"
#include "apps/exchange/inbound/http/test_listing.hpp"

namespace mainstay::exchange::order_request_test {
namespace {

Result<NewOrder> parsed(std::string_view query) {
  Parameters parameters;
  const auto read = parameters.read(query, "");
  REQUIRE(read.has_value());
  auto order = parse_order(parameters, test_listing());
  if (order.has_value()) CHECK(parameters.all_read().has_value());
  return order;
}

std::string refusal(std::string_view query) {
  const auto order = parsed(query);
  REQUIRE(order.has_error());
  std::string out;
  append_refusal(out, order.error());
  return out;
}

TEST_CASE("order request: decimal text is exact ticks and lots") {
  const auto order = parsed(
      "side=SELL&type=LIMIT&timeInForce=IOC&quantity=1.5&price=100.250&newClientOrderId=my-1"
      "&selfTradePreventionMode=EXPIRE_BOTH&newOrderRespType=ACK&strategyId=1");
  REQUIRE(order.has_value());
  const PlaceOrder& placed = order->placed;
  CHECK(placed.symbol == SymbolId{7});
  CHECK(placed.side == Side::sell);
  CHECK(placed.type == OrderType::limit);
  CHECK(placed.tif == TimeInForce::ioc);
  CHECK(placed.quantity == Quantity{15});
  CHECK(placed.price == Price{10'025});
  CHECK(placed.client.text() == "my-1");
  CHECK(placed.self_trade == SelfTrade::cancel_both);
  CHECK(order->response == ResponseType::ack);
}

TEST_CASE("order request: each type has its parameters") {
  const auto market = parsed("side=BUY&type=MARKET&quantity=2");
  REQUIRE(market.has_value());
  CHECK(market->placed.type == OrderType::market);
  CHECK(market->response == ResponseType::full);
  const auto budget = parsed("side=BUY&type=MARKET&quoteOrderQty=12.5");
  REQUIRE(budget.has_value());
  CHECK(budget->placed.budget == 125'000);
  CHECK(budget->placed.quantity == Quantity{0});
  const auto stop = parsed("side=SELL&type=STOP_LOSS&quantity=2&stopPrice=90");
  REQUIRE(stop.has_value());
  CHECK(stop->placed.trigger == Price{9'000});
  CHECK(stop->response == ResponseType::ack);
  const auto stop_limit =
      parsed("side=SELL&type=STOP_LOSS_LIMIT&timeInForce=GTC&quantity=2&stopPrice=90&price=89");
  REQUIRE(stop_limit.has_value());
  CHECK(stop_limit->placed.type == OrderType::stop_limit);
  const auto maker = parsed("side=BUY&type=LIMIT_MAKER&quantity=10&price=1&icebergQty=1");
  REQUIRE(maker.has_value());
  CHECK(maker->placed.post_only == PostOnly::reject);
  CHECK(maker->placed.display == Quantity{10});
}

TEST_CASE("order request: what is missing, too much or malformed is named") {
  CHECK(refusal("type=LIMIT").find("-1102,\"msg\":\"Mandatory parameter 'side'") !=
        std::string::npos);
  CHECK(refusal("side=buy&type=LIMIT") == R"({"code":-1117,"msg":"Invalid side."})");
  CHECK(refusal("side=BUY&type=TAKE_PROFIT") == R"({"code":-1116,"msg":"Invalid orderType."})");
  CHECK(refusal("side=BUY&type=LIMIT&quantity=1&price=1").find("'timeInForce'") !=
        std::string::npos);
  CHECK(refusal("side=BUY&type=LIMIT&timeInForce=GTX&quantity=1&price=1") ==
        R"({"code":-1115,"msg":"Invalid timeInForce."})");
  CHECK(refusal("side=BUY&type=MARKET&quantity=1&price=1") ==
        R"({"code":-1106,"msg":"Parameter 'price' sent when not required."})");
  CHECK(refusal("side=BUY&type=MARKET&quantity=1&quoteOrderQty=1").find("-1106") !=
        std::string::npos);
  CHECK(refusal("side=BUY&type=MARKET").find("'quantity'") != std::string::npos);
  CHECK(refusal("side=BUY&type=MARKET&quantity=").find("-1105") != std::string::npos);
  const std::string limit = "side=BUY&type=LIMIT&timeInForce=GTC&";
  CHECK(refusal(limit + "quantity=1&price=-1").find("-1100") != std::string::npos);
  CHECK(refusal(limit + "quantity=1e2&price=1").find("-1100") != std::string::npos);
  CHECK(refusal(limit + "quantity=1&price=0") == R"({"code":-1013,"msg":"Invalid price."})");
  CHECK(refusal(limit + "quantity=0&price=1") == R"({"code":-1013,"msg":"Invalid quantity."})");
  CHECK(refusal(limit + "quantity=1&price=1.001") ==
        R"({"code":-1013,"msg":"Filter failure: PRICE_FILTER"})");
  CHECK(refusal(limit + "quantity=0.01&price=1") ==
        R"({"code":-1013,"msg":"Filter failure: LOT_SIZE"})");
  CHECK(refusal(limit + "quantity=1&price=1.000000001") ==
        R"({"code":-1111,"msg":"Parameter 'price' has too much precision."})");
  CHECK(refusal(limit + "quantity=99999999999999999999&price=1") ==
        R"({"code":-1013,"msg":"Filter failure: LOT_SIZE"})");
  CHECK(refusal(limit + "quantity=1&price=42949672.96") ==
        R"({"code":-1013,"msg":"Filter failure: PRICE_FILTER"})");
  CHECK(refusal(limit + "quantity=1&price=1&newClientOrderId=a b").find("-1100") !=
        std::string::npos);
  CHECK(refusal(limit + "quantity=1&price=1&newClientOrderId=" + std::string(37, 'a'))
            .find("{1,36}") != std::string::npos);
  CHECK(refusal(limit + "quantity=1&price=1&icebergQty=2").find("IcebergQty exceeds") !=
        std::string::npos);
  CHECK(refusal(limit + "quantity=1000&price=1&icebergQty=0.1").find("ICEBERG_PARTS") !=
        std::string::npos);
  CHECK(refusal(limit + "quantity=1&price=1&selfTradePreventionMode=X").find("-1130") !=
        std::string::npos);
}

TEST_CASE("order request: every refusal of the engine has a code that clients know") {
  for (int number = 100; number < 600; ++number) {
    const auto reject = static_cast<Reject>(number);
    if (name(reject).empty()) continue;
    CAPTURE(number);
    const Error error = rejection(reject, false);
    CHECK(error.http_status() == 400);
    CHECK(error.name().starts_with('-'));
    CHECK(!error.message().empty());
  }
  CHECK(rejection(Reject::balance_insufficient, false).detail() ==
        "Account has insufficient balance for requested action.");
  CHECK(rejection(Reject::quantity_below_min, true).detail() == "Filter failure: MARKET_LOT_SIZE");
}

}  // namespace
}  // namespace mainstay::exchange::order_request_test
