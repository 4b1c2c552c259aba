#include "apps/exchange/inbound/ws/stream_name.hpp"

#include <doctest/doctest.h>

#include "apps/exchange/domain/engine.hpp"
#include "apps/exchange/inbound/http/test_listing.hpp"

namespace mainstay::exchange::stream_name_test {
namespace {

Listings listings() {
  SymbolView symbol;
  symbol.definition = test_listing().definition;
  const std::vector<SymbolView> symbols{symbol};
  const std::vector<DefineAsset> assets{test_listing().base, test_listing().quote_asset};
  return Listings{symbols, assets};
}

TEST_CASE("stream name: a symbol in small letters, what of it, and how often") {
  const Listings all = listings();
  const auto parsed = [&](std::string_view text) { return parse_stream_name(text, all); };
  CHECK(parsed("artusd@depth")->kind == StreamKind::depth);
  CHECK(!parsed("artusd@depth")->fast);
  CHECK(parsed("artusd@depth@100ms")->fast);
  CHECK(!parsed("artusd@depth@1000ms")->fast);
  CHECK(parsed("artusd@depth20@100ms")->levels == 20);
  CHECK(parsed("artusd@trade")->symbol == SymbolId{7});
  CHECK(parsed("artusd@kline_1M")->interval == Interval::month_1);
  CHECK(parsed("artusd@kline_1m")->interval == Interval::minute_1);
  CHECK(parsed("artusd@bookTicker")->text == "artusd@bookTicker");
  for (const char* wrong : {"", "artusd", "ARTUSD@trade", "btcusd@trade", "artusd@", "artusd@x",
                            "artusd@depth7", "artusd@depth@5ms", "artusd@depth@", "artusd@trade@",
                            "artusd@trade@100ms", "artusd@kline_7m", "artusd@kline_", "@trade"}) {
    CAPTURE(wrong);
    CHECK(!parsed(wrong).has_value());
  }
  CHECK(!parsed("artusd@" + std::string(100, 'x')).has_value());
}

TEST_CASE("stream request: methods, and what is wrong with others") {
  const auto one = parse_stream_request(R"({"method":"SUBSCRIBE","params":["a","b"],"id":7})");
  REQUIRE(one.has_value());
  CHECK(one->method == StreamRequest::Method::subscribe);
  CHECK(one->params == std::vector<std::string>{"a", "b"});
  CHECK(one->id == "7");
  CHECK(parse_stream_request(R"({"method":"LIST_SUBSCRIPTIONS","id":"x"})")->id == "\"x\"");
  for (const char* wrong :
       {"", "{", "[]", "{}", R"({"method":"X"})", R"({"method":"SUBSCRIBE"})",
        R"({"method":"SUBSCRIBE","params":[]})", R"({"method":"SUBSCRIBE","params":[1]})",
        R"({"method":"SUBSCRIBE","params":["a"],"id":{}})", R"({"method":1,"params":["a"]})"}) {
    CAPTURE(wrong);
    CHECK(parse_stream_request(wrong).has_error());
  }
  CHECK(parse_stream_request(std::string(100'000, ' ')).has_error());
}

}  // namespace
}  // namespace mainstay::exchange::stream_name_test
