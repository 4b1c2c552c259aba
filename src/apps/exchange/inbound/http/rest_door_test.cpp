#include "apps/exchange/inbound/http/rest_door.hpp"

#include <future>
#include <map>
#include <memory>
#include <string>

#include "apps/exchange/accounts.hpp"
#include "apps/exchange/domain/order_log.hpp"
#include "apps/exchange/grants.hpp"
#include "apps/exchange/inbound/http/key_routes.hpp"
#include "apps/exchange/test_venue_doors.hpp"
#include "base/text.hpp"
#include "platform/auth/cases/administration.hpp"
#include "platform/auth/cases/credentials.hpp"
#include "platform/auth/cases/sign_in.hpp"
#include "platform/auth/desk_fixture.hpp"
#include "platform/http/test_client.hpp"
#include "platform/json/json.hpp"
#include "platform/tls/hmac.hpp"

namespace mainstay::exchange::rest_door_test {
namespace {

using test::Held;
using test::VenueWithDoors;

/// Accounts by the order of asking.
class Owners final : public AccountOwners {
 public:
  void account_of(std::string_view user_id, SystemTime, Found found) override {
    std::uint64_t account = 0;
    {
      auto known = known_.lock();
      account = known->try_emplace(std::string{user_id}, 1'000 + known->size()).first->second;
    }
    found(AccountId{account});
  }

 private:
  Locked<std::map<std::string, std::uint64_t>> known_;
};

/// A market that ada may trade in, with a token of hers.
struct Market : VenueWithDoors {
  explicit Market(ApiLimits limits = {}, auth::Guard* guard = nullptr)
      : rest({.venue = venue,
              .waker = waker,
              .directory = directory,
              .accounts = accounts,
              .listen_keys = keys,
              .depth_watch = hub,
              .guard = guard,
              .limits = limits,
              .threads = 1}) {
    rest.register_routes(router);
    if (guard != nullptr) register_key_routes(router, *guard);
    client.connect(serve());
  }

  http::test::Answer ask(const std::string& line, const std::string& headers = {},
                         const std::string& body = {}) {
    client.send(line + " HTTP/1.1\r\nHost: a\r\n" + headers +
                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.read();
  }

  Owners owners;
  const std::vector<Grant> grants = *parse_grants("USD:1000.50 ART:20 GOLD:7");
  Accounts accounts{owners,
                    [this](AccountId account) { return grant(venue, directory, account, grants); }};
  VenueWaker waker{venue};
  RestDoor rest;
  http::test::Client client;
};

struct Ada {
  Ada() {
    const std::string password = "correct horse battery";
    REQUIRE(auth::make_user(*desk.store, desk.desk->hasher,
                            {"ada", "ada@example.org", {}, password}, clock.wall())
                .has_value());
    const auto in = desk.run(auth::login, {{"login", "ada"}, {"password", password}}, clock.wall());
    REQUIRE(in.has_value());
    session = in->cookie->token;
    cookie = "Cookie: " + std::string{auth::session_cookie} + "=" + in->cookie->token + "\r\n";
    csrf = "X-CSRF-Token: " + auth::csrf_token(desk.desk->keys, in->cookie->token) + "\r\n";
  }
  auth::Guard& guard() { return desk.desk->guard; }
  /// Its id, and itself.
  std::pair<std::string, std::string> make_token() {
    const auto made =
        desk.run_as(person(), auth::make_token, {{"label", "bot"}, {"roles", "*"}}, clock.wall());
    REQUIRE(made.has_value());
    const json::Value shown{made->json};
    return {*shown.find_string("id"), *shown.find_string("token")};
  }
  void end_token(const std::string& id) {
    CHECK(desk.run_as(person(), auth::end_token, {{"id", id}}, clock.wall()).has_value());
  }

  MachineClock clock;
  auth::TestDesk<auth::SqliteOnFile> desk;
  std::string session, cookie, csrf;

 private:
  std::shared_ptr<const auth::Caller> person() {
    const std::string shown = std::string{auth::session_cookie} + "=" + session;
    const std::vector<http::Header> headers{{"Cookie", shown}};
    http::Request request;
    request.headers = headers;
    request.at = clock.wall();
    std::promise<std::shared_ptr<const auth::Caller>> found;
    guard().identify(request, [&](Result<std::shared_ptr<const auth::Caller>> caller) {
      found.set_value(caller.has_value() ? std::move(*caller) : nullptr);
    });
    return found.get_future().get();
  }
};

TEST_CASE("grants: amounts of assets, or what is wrong with the text") {
  const auto grants = parse_grants(" USD:1000.50  ART:20 ");
  REQUIRE(grants.has_value());
  REQUIRE(grants->size() == 2);
  CHECK(grants->front().asset == "USD");
  CHECK(grants->front().amount == "1000.50");
  CHECK(parse_grants("")->empty());
  for (const char* wrong : {"USD", "USD:", ":5", "USD:x", "USD:-1", "USD 5"}) {
    const auto refused = parse_grants(wrong);
    REQUIRE(refused.has_error());
    CHECK(refused.error().message().find("USD:10000") != std::string::npos);
  }
}

TEST_CASE("rest door: without users the market is shown and nobody trades") {
  Market market;
  CHECK(market.ask("GET /exchange/api/v3/ping").body == "{}");
  CHECK(market.ask("GET /exchange/sapi/v1/system/status").has(R"("msg":"normal")"));
  CHECK(market.ask("GET /exchange/api/v3/depth?symbol=ARTUSD").has(R"("bids":[])"));
  CHECK(market.ask("GET /exchange/api/v3/depth?symbol=NOPE").has("-1121"));
  CHECK(market.ask("GET /exchange/api/v3/depth?symbol=ARTUSD&no=1").has("-1104"));
  CHECK(market.ask("GET /exchange/api/v3/account").status == 401);
  CHECK(market.ask("POST /exchange/api/v3/order", "Content-Type: text/plain\r\n", "x").has("code"));
}

TEST_CASE("rest door: pages of aggregates and the last price say what was traded") {
  Market market;
  const std::string price = "GET /exchange/api/v3/ticker/price?symbol=ARTUSD";
  CHECK(market.ask(price).has(R"("price":"0.00")"));
  market.fund(AccountId{7});
  market.fund(AccountId{8});
  for (int i = 0; i < 3; ++i) market.must(AccountId{7}, Market::order(Side::sell, 90, 1));
  market.must(AccountId{8}, Market::order(Side::buy, 90, 2));
  market.must(AccountId{8}, Market::order(Side::buy, 90, 1));
  const std::string rows = "GET /exchange/api/v3/aggTrades?symbol=ARTUSD";
  const auto all = market.ask(rows + "&fromId=1");
  CHECK(all.has(R"([{"a":1,"p":"0.90","q":"2","f":1,"l":2,)"));
  CHECK(all.has(R"({"a":3,"p":"0.90","q":"1","f":3,"l":3,)"));
  CHECK(market.ask(rows + "&fromId=2").has(R"([{"a":3,"p":"0.90","q":"1","f":3,"l":3,)"));
  CHECK(market.ask(rows + "&limit=1").has(R"([{"a":3,)"));
  CHECK(market.ask(price).has(R"("price":"0.90")"));
}

TEST_CASE("rest door: what a call costs is counted, and too much of it refused") {
  Market market{{.weight_per_minute = 12, .orders_per_10s = 0, .orders_live_max = 0}};
  const std::string depth = "GET /exchange/api/v3/depth?symbol=ARTUSD";
  CHECK(market.ask(depth).has("X-MBX-USED-WEIGHT-1M: 5"));
  CHECK(market.ask(depth).has("X-MBX-USED-WEIGHT-1M: 10"));
  const auto refused = market.ask(depth);
  CHECK(refused.status == 429);
  CHECK(refused.has("-1003"));
}

TEST_CASE("rest door: wrong keys and signatures cost what right ones do, up to the limit") {
  Ada ada;
  Market market{{.weight_per_minute = 50, .orders_per_10s = 0, .orders_live_max = 0}, &ada.guard()};
  const std::string forged = "GET /exchange/api/v3/account?timestamp=1&signature=00";
  const std::string with_key = "X-MBX-APIKEY: " + ada.make_token().first + "\r\n";
  const auto first = market.ask(forged, with_key);  // whose key it is had to be asked for
  CHECK(first.has("-1022"));
  CHECK(first.has("X-MBX-USED-WEIGHT-1M: 20"));
  const auto unknown = market.ask(forged, "X-MBX-APIKEY: " + std::string(32, '0') + "\r\n");
  CHECK(unknown.has("-2015"));
  CHECK(unknown.has("X-MBX-USED-WEIGHT-1M: 40"));
  for (const std::string& headers : {with_key, std::string{"X-MBX-APIKEY: short\r\n"}}) {
    const auto refused = market.ask(forged, headers);
    CHECK(refused.status == 429);
    CHECK(refused.has("-1003"));
    CHECK(refused.has("Retry-After: "));
    CHECK(refused.has("X-MBX-USED-WEIGHT-1M: 60"));
  }
}

TEST_CASE("rest door: a session makes a key of a token, and the key signs") {
  Ada ada;
  Market market{{}, &ada.guard()};
  const std::string account = "GET /exchange/api/v3/account";
  CHECK(market.ask(account).has("-2014"));
  CHECK(market.ask(account, "X-MBX-APIKEY: short\r\n").has("-2014"));
  CHECK(market.ask(account, "X-MBX-APIKEY: " + std::string(32, '0') + "\r\n").has("-2015"));
  const auto mine = market.ask(account, ada.cookie);
  CHECK(mine.status == 200);
  CHECK(mine.has(R"({"asset":"USD","free":"1000.50","locked":"0.00"})"));  // and no GOLD
  CHECK(mine.has(R"({"asset":"ART","free":"20","locked":"0"})"));

  const auto fees = market.ask("GET /exchange/sapi/v1/asset/tradeFee?symbol=ARTUSD", ada.cookie);
  CHECK(fees.has(R"([{"symbol":"ARTUSD","makerCommission":"0.000000","takerCommission":"0.00)"));
  CHECK(market.ask("GET /exchange/sapi/v1/asset/tradeFee?symbol=X", ada.cookie).has("-1121"));

  const std::string form = "Content-Type: application/x-www-form-urlencoded\r\n";
  const std::string keys = "POST /exchange/api/v1/keys";
  CHECK(market.ask(keys, ada.cookie + form, "id=x").status == 403);  // no CSRF token
  CHECK(market.ask(keys, ada.cookie + ada.csrf + form, "id=x").status == 422);
  const std::string nobodys(32, '0');
  CHECK(market.ask(keys, ada.cookie + ada.csrf + form, "id=" + nobodys).status == 404);
  const auto [id, token] = ada.make_token();
  const auto key = market.ask(keys, ada.cookie + ada.csrf + form, "id=" + id);
  CHECK(key.status == 200);
  CHECK(key.has("no-store"));
  const auto told = json::parse(key.body, {});
  REQUIRE(told.has_value());
  CHECK(*told->find_string("apiKey") == id);
  const std::string& secret = *told->find_string("secretKey");
  // Whoever has the token gets the same.
  CHECK(market.ask(keys, "Authorization: Bearer " + token + "\r\n").body == key.body);

  const auto signed_order = [&](SystemTime at) {
    const auto ms = std::chrono::duration_cast<Millis>(at.time_since_epoch()).count();
    std::string text = "symbol=ARTUSD&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.50";
    text += "&timestamp=" + std::to_string(ms);
    const std::string_view whole[] = {text};
    return text + "&signature=" + hexadecimal(tls::HmacSha256{secret}.of(whole));
  };
  const std::string with_key = "X-MBX-APIKEY: " + id + "\r\n";
  const std::string place = "POST /exchange/api/v3/order?";
  const std::string good = signed_order(market.clock.wall());
  CHECK(market.ask(place + good, with_key).has(R"("status":"NEW")"));
  std::string forged = good;
  forged.back() = forged.back() == '0' ? '1' : '0';
  CHECK(market.ask(place + forged, with_key).has("-1022"));
  CHECK(market.ask(place + signed_order(market.clock.wall() - Seconds{60}), with_key).has("-1021"));
  CHECK(market.ask("GET /exchange/api/v3/openOrders", ada.cookie).has(R"("price":"0.50")"));

  ada.end_token(id);  // and the key with it
  CHECK(market.ask(place + signed_order(market.clock.wall()), with_key).has("-2015"));
}

/// `before` is carried out between the look of a call and the command that comes of it.
http::test::Answer ask_behind(Market& market, const std::string& line, const std::string& headers,
                              AccountId account, CommandBody before) {
  Held first{market.venue};
  first.wait();
  Held second{market.venue};
  market.client.send(line + " HTTP/1.1\r\nHost: a\r\n" + headers + "Content-Length: 0\r\n\r\n");
  REQUIRE(http::test::eventually([&] { return market.venue.stats().waiting >= 2; }));
  first.let_go();
  second.wait();
  REQUIRE(market.venue.submit(account, std::move(before), {}));
  second.let_go();
  return market.client.read();
}

TEST_CASE("rest door: an order is made as small as was asked for, whatever comes before") {
  Ada ada;
  Market market{{}, &ada.guard()};
  const AccountId bob{8};
  market.fund(bob);
  const std::string headers = ada.cookie + ada.csrf;
  const std::string named = "symbol=ARTUSD&origClientOrderId=a";
  market.ask(
      "POST /exchange/api/v3/order?symbol=ARTUSD&side=SELL&type=LIMIT&timeInForce=GTC&quantity=10"
      "&price=0.90&newClientOrderId=a",
      headers);
  const std::string amend = "PUT /exchange/api/v3/order/amend/keepPriority?" + named + "&newQty=";
  // It trades more than that: what is left of it stays.
  const auto refused =
      ask_behind(market, amend + "4", headers, bob, Market::order(Side::buy, 90, 5));
  CHECK(refused.has("-2038"));
  const auto stays = market.ask("GET /exchange/api/v3/order?" + named, headers);
  CHECK(stays.has(R"("origQty":"10","executedQty":"5")"));
  REQUIRE(stays.has(R"("status":"PARTIALLY_FILLED")"));
  // Somebody else makes it smaller too.
  const auto id = look_and_wait(market.venue, [](const Views& views) {
    return views.orders.live(AccountId{1'000}, {}).front()->placed.id;
  });
  REQUIRE(id.has_value());
  const auto smaller = ask_behind(market, amend + "8", headers, {}, ReduceOrder{*id, Quantity{1}});
  CHECK(smaller.has(R"("origQty":"8","executedQty":"5")"));
  // And smaller than what is asked for: it does not grow again.
  CHECK(ask_behind(market, amend + "7", headers, {}, ReduceOrder{*id, Quantity{2}}).has("-2038"));
  const auto as_small = market.ask("GET /exchange/api/v3/order?" + named, headers);
  CHECK(as_small.has(R"("origQty":"6","executedQty":"5")"));
}

TEST_CASE("rest door: what self-trade prevention takes meanwhile is not left on top") {
  Ada ada;
  Market market{{}, &ada.guard()};
  const std::string headers = ada.cookie + ada.csrf;
  market.ask(
      "POST /exchange/api/v3/order?symbol=ARTUSD&side=SELL&type=LIMIT&timeInForce=GTC&quantity=10"
      "&price=0.90&newClientOrderId=a",
      headers);
  PlaceOrder own = Market::order(Side::buy, 90, 2);
  own.self_trade = SelfTrade::decrement;
  const auto smaller = ask_behind(
      market,
      "PUT /exchange/api/v3/order/amend/keepPriority?symbol=ARTUSD&origClientOrderId=a&newQty=6",
      headers, AccountId{1'000}, own);
  CHECK(smaller.has(R"("origQty":"6","executedQty":"0")"));
  const auto left = look_and_wait(market.venue, [](const Views& views) {
    return views.orders.live(AccountId{1'000}, {}).front()->left;
  });
  REQUIRE(left.has_value());
  CHECK(*left == Quantity{4});
}

TEST_CASE("rest door: an order is made smaller in any phase, and not below the minimum") {
  Ada ada;
  Market market{{}, &ada.guard()};
  const std::string headers = ada.cookie + ada.csrf;
  const std::string place =
      "POST /exchange/api/v3/order?symbol=ARTUSD&type=LIMIT&timeInForce=GTC&price=0.90";
  const std::string amend =
      "PUT /exchange/api/v3/order/amend/keepPriority?symbol=ARTUSD&origClientOrderId=a&newQty=";
  market.ask(place + "&side=SELL&quantity=9&newClientOrderId=a", headers);
  market.ask(place + "&side=BUY&quantity=3&selfTradePreventionMode=DECREMENT", headers);
  auto symbol = look_and_wait(market.venue, [](const Views& views) {
    return views.engine.symbol(test::artusd)->definition;
  });
  REQUIRE(symbol.has_value());
  symbol->rules.quantity_min = Quantity{5};
  market.must({}, *symbol);
  for (const Phase phase : {Phase::halted, Phase::closed}) {
    market.must({}, SetPhase{test::artusd, phase});
    CHECK(market.ask(amend + (phase == Phase::halted ? "8" : "5"), headers).has("amendedOrder"));
  }
  CHECK(market.ask(amend + "3", headers).has("-2038"));  // as much is gone by itself
  CHECK(market.ask(amend + "4", headers).has("LOT_SIZE"));
  symbol->rules.quantity_min = Quantity{4};
  market.must({}, *symbol);
  CHECK(market.ask(amend + "4", headers).has(R"("origQty":"4","executedQty":"0")"));
}

}  // namespace
}  // namespace mainstay::exchange::rest_door_test
