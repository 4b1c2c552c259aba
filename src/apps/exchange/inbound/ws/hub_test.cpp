#include "apps/exchange/inbound/ws/hub.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <utility>

#include "apps/exchange/inbound/ws/stream_door.hpp"
#include "apps/exchange/limits.hpp"
#include "apps/exchange/test_venue_doors.hpp"
#include "base/random.hpp"
#include "platform/json/json.hpp"
#include "platform/ws/test_client.hpp"

namespace mainstay::exchange::hub_test {
namespace {

using test::artusd;
using test::Held;
using test::VenueWithDoors;
using ws::test::Client;

const AccountId ann{1'000};
const AccountId bob{1'001};

struct Streams : VenueWithDoors {
  explicit Streams(ws::Limits limits = {}) : door(hub, directory, keys, clock, limits) {
    door.register_routes(router);
    port = serve();
    fund(ann);
    fund(bob);
  }
  ~Streams() { server->stop(); }  // whose thread uses the door
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  /// As REST gives it.
  DepthView snapshot() {
    const auto taken = look_and_wait(venue, [this](const Views& views) {
      DepthView out;
      out.sequence = views.engine.last_sequence();
      out.levels_max = Limits::depth_levels_max;
      views.engine.depth(artusd, Side::buy, out.levels_max, out.bids);
      views.engine.depth(artusd, Side::sell, out.levels_max, out.asks);
      hub.served(artusd, out);
      return out;
    });
    REQUIRE(taken.has_value());
    return *taken;
  }

  StreamDoor door;
  std::uint16_t port = 0;
};

json::Value read_json(Client& client) {
  const auto got = client.read();
  REQUIRE(got.event == ws::FrameReader::Event::message);
  auto value = json::parse(got.payload, {.bytes_max = 1U << 24U, .depth_max = 8});
  REQUIRE(value.has_value());
  return std::move(*value);
}

std::string text(const json::Value& value, std::string_view member) {
  const std::string* const found = value.find_string(member);
  return found == nullptr ? "" : *found;
}

Sequence number(const json::Value& value, std::string_view member) {
  return static_cast<Sequence>(*value.find(member)->if_int());
}

/// A client's book, kept by Binance's rule.
struct Follower {
  Follower(Streams& streams, std::string_view stream, http::test::ReceiveBuffer buffer = {})
      : client(streams.port, buffer) {
    CHECK(client.open(std::string{"/exchange/ws/"}.append(stream)).status == 101);
    const DepthView taken = streams.snapshot();
    last = taken.sequence;
    const auto listings = streams.directory.current();
    const Listing& listing = *listings->find(artusd);
    for (const auto* side : {&taken.bids, &taken.asks}) {
      for (const DepthLevel& level : *side) {
        std::string price, quantity;
        listing.append_price(price, level.price.get());
        listing.append_quantity(quantity, level.quantity);
        book[price] = quantity;
      }
    }
  }

  void follow_until(Sequence end) {
    while (last < end) {
      const json::Value message = read_json(client);
      const auto first = number(message, "U");
      const auto newest = number(message, "u");
      if (newest <= last) continue;
      CHECK(first <= last + 1);
      for (const char* side : {"b", "a"}) {
        for (const json::Value& level : *message.find(side)->if_array()) set(*level.if_array());
      }
      last = newest;
    }
  }
  void set(const json::Array& level) {
    const std::string& price = *level[0].if_string();
    const std::string& quantity = *level[1].if_string();
    if (quantity == "0") {
      book.erase(price);
    } else {
      book[price] = quantity;
    }
  }

  Client client;
  Sequence last = 0;
  std::map<std::string, std::string> book;  // quantities by price
};

TEST_CASE("stream hub: who follows a book from any moment on misses nothing") {
  Streams streams;
  Random random{7};
  const auto trade = [&] {
    const auto quantity = 1 + static_cast<std::uint32_t>(random.below(9));
    const auto price = 95 + static_cast<std::uint32_t>(random.below(10));
    const AccountId who = random.below(2) == 0 ? ann : bob;
    const Side side = random.below(2) == 0 ? Side::buy : Side::sell;
    streams.must(who, Streams::order(side, price, quantity));
    if (random.below(4) == 0) streams.must(who, MassCancel{});
  };
  std::vector<std::unique_ptr<Follower>> followers;
  for (int i = 0; i < 40; ++i) {
    for (int n = 0; n < 5; ++n) trade();
    followers.push_back(std::make_unique<Follower>(streams, "artusd@depth@100ms"));
  }
  trade();
  const Sequence end = streams.must(bob, Streams::order(Side::buy, 1, 1));
  const Follower last{streams, "artusd@depth@100ms"};
  for (const auto& one : followers) {
    one->follow_until(end);
    CHECK(one->book == last.book);
  }
  CHECK(streams.door.connections() == 41);
  CHECK(streams.hub.stats().messages > 40);
}

/// What little fits on the way to a client, before it is too slow.
constexpr http::test::ReceiveBuffer narrow{4'096, 536};
constexpr ws::Limits short_queue{.queue_messages_max = 50};

TEST_CASE("stream hub: a slow reader gets the book as one change, when nothing happens any more") {
  constexpr std::uint32_t levels = 2'000;
  Streams streams;
  Follower quick{streams, "artusd@depth@100ms"};
  Follower slow{streams, "artusd@depth@100ms", narrow};
  Sequence end = 0;
  for (std::uint32_t round = 1; streams.hub.stats().conflated < 2; ++round) {
    REQUIRE(round < 200);
    streams.must(ann, MassCancel{});
    for (std::uint32_t i = 1; i < levels; ++i) {
      REQUIRE(streams.venue.submit(ann, Streams::order(Side::buy, i, round), {}));
    }
    end = streams.must(ann, Streams::order(Side::buy, levels, round));
    quick.follow_until(end);
  }
  CHECK(slow.last < end);
  slow.follow_until(end);
  CHECK(slow.book == quick.book);
  CHECK(streams.hub.stats().cut_off == 0);
  end = streams.must(ann, Streams::order(Side::buy, 1, 1));
  slow.follow_until(end);  // and it goes on as before
  quick.follow_until(end);
  CHECK(slow.book == quick.book);
}

json::Value read_until(Client& client, Sequence end) {
  json::Value told = read_json(client);
  while (number(told, "u") < end) told = read_json(client);
  return told;
}

/// Better and better bids, until a client that does not read misses one more or is closed; the last
/// one's sequence.
Sequence bid_until_missed(Streams& streams, Client& quick, std::uint32_t& price) {
  const auto missed = streams.hub.stats().skipped;
  Sequence end = 0;
  while (streams.hub.stats().skipped == missed && streams.hub.stats().cut_off == 0) {
    REQUIRE(price < 20'000);
    end = streams.must(ann, Streams::order(Side::buy, ++price, 1));
    (void)read_until(quick, end);
  }
  return end;
}

TEST_CASE("stream hub: of what is told anew a slow reader gets the newest") {
  Streams streams{short_queue};
  Client slow{streams.port, narrow};
  CHECK(slow.open("/exchange/ws/artusd@bookTicker").status == 101);
  Client quick{streams.port, "/exchange/ws/artusd@bookTicker"};
  std::uint32_t price = 1;
  const Sequence end = bid_until_missed(streams, quick, price);
  const json::Value told = read_until(slow, end);
  std::string best;
  streams.directory.current()->find(artusd)->append_price(best, price);
  CHECK(text(told, "b") == best);
}

TEST_CASE("stream hub: who is too slow for the answers to its requests is closed") {
  Streams streams{short_queue};
  Client slow{streams.port, narrow};
  CHECK(slow.open("/exchange/ws/artusd@bookTicker").status == 101);
  Client quick{streams.port, "/exchange/ws/artusd@bookTicker"};
  std::uint32_t price = 1;
  const auto closed = [&] { return streams.hub.stats().cut_off == 1; };
  // The kernel may find a little room behind each bid that was missed.
  for (int asked = 0; asked < 40 && !closed(); ++asked) {
    (void)bid_until_missed(streams, quick, price);
    slow.send_text(R"({"method":"SUBSCRIBE","params":["artusd@trade"],"id":1})");
  }
  CHECK(http::test::eventually(closed));
  auto got = slow.read();
  while (got.event == ws::FrameReader::Event::message) got = slow.read();
  CHECK(got.is_close(ws::CloseCode::try_again_later));
}

TEST_CASE("stream hub: who may miss nothing and is too slow is closed, and nobody waits") {
  Streams streams{short_queue};
  const std::string key = *streams.keys.open(ann, streams.clock.wall());
  Client trades{streams.port, narrow};
  CHECK(trades.open("/exchange/ws/artusd@trade").status == 101);
  Client news{streams.port, narrow};
  CHECK(news.open("/exchange/ws/" + key).status == 101);
  Client quick{streams.port, "/exchange/ws/artusd@trade"};
  Sequence known = 0;
  while (streams.hub.stats().cut_off < 2) {
    REQUIRE(known < 50'000);
    for (int i = 0; i < 50; ++i) {
      REQUIRE(streams.venue.submit(ann, Streams::order(Side::sell, 100, 1), {}));
    }
    streams.must(bob, Streams::order(Side::buy, 100, 50));
    for (int i = 0; i < 50; ++i) CHECK(number(read_json(quick), "t") == ++known);
  }
  for (Client* const slow : {&trades, &news}) {
    auto got = slow->read();
    while (got.event == ws::FrameReader::Event::message) got = slow->read();
    CHECK(got.is_close(ws::CloseCode::try_again_later));
    slow->socket.close();
  }
  CHECK(http::test::eventually([&] { return streams.door.connections() == 1; }));
}

/// As REST does, of a book that is empty.
void take_snapshots(Streams& streams, int count) {
  const auto taken = look_and_wait(streams.venue, [&](const Views&) {
    for (int i = 0; i < count; ++i) streams.hub.served(artusd, {});
    return true;
  });
  REQUIRE(taken.has_value());
}

TEST_CASE("stream hub: many who join at once cost what few do") {
  constexpr std::uint32_t accounts = 20'000;  // minutes when each had all streams counted anew
  Streams streams;
  Held held{streams.hub};
  held.wait();
  StreamName name;
  name.kind = StreamKind::user;
  for (std::uint32_t i = 0; i < accounts; ++i) {
    name.account = AccountId{10'000 + i};
    name.text = std::to_string(i);
    REQUIRE(streams.hub.subscribe(ws::Peer{}, false, {name}));
  }
  std::atomic<bool> done = false;
  REQUIRE(streams.hub.behind([&] { done = true; }));
  held.let_go();
  CHECK(http::test::eventually([&] { return done.load(); }));
  streams.hub.stop();  // before `done` goes
}

TEST_CASE("stream hub: what nobody could be woken for is told too") {
  Streams streams;
  Client trades{streams.port, "/exchange/ws/artusd@trade"};
  Client follower{streams.port, "/exchange/ws/artusd@depth"};
  Held held{streams.hub};
  held.wait();
  take_snapshots(streams, 70'000);  // each wakes the lane: more than it takes
  streams.must(ann, Streams::order(Side::sell, 100, 1));
  streams.must(bob, Streams::order(Side::buy, 100, 1));
  held.let_go();
  CHECK(number(read_json(trades), "t") == 1);
}

TEST_CASE("stream hub: who joined before snapshots that were lost begins again") {
  Streams streams;
  Held held{streams.hub};
  held.wait();
  Client follower{streams.port, "/exchange/ws/artusd@depth"};
  take_snapshots(streams, 600);  // more than are remembered
  held.let_go();
  CHECK(follower.read().is_close(ws::CloseCode::try_again_later));
}

TEST_CASE("stream hub: an account's news begin with the first order behind the connection") {
  Streams streams;
  const std::string key = *streams.keys.open(ann, streams.clock.wall());
  for (int i = 0; i < 5; ++i) {
    Client client{streams.port, "/exchange/ws/" + key};
    Client trades{streams.port, "/exchange/ws/artusd@trade"};
    PlaceOrder sale = Streams::order(Side::sell, 100, 2);
    sale.client = ClientOrderId{"sale-" + std::to_string(i)};
    streams.must(ann, sale);
    streams.must(bob, Streams::order(Side::buy, 100, 2));
    // What was on its way before may come too.
    auto told = read_json(client);
    while (text(told, "c") != sale.client.text()) told = read_json(client);
    CHECK(text(told, "e") == "executionReport");
    CHECK(text(told, "x") == "NEW");
    auto trade = read_json(trades);
    while (number(trade, "t") != static_cast<Sequence>(i + 1)) trade = read_json(trades);
    CHECK(text(trade, "q") == "2");
  }
}

TEST_CASE("stream hub: a bust is told by what the account has then") {
  Streams streams;
  const std::string key = *streams.keys.open(ann, streams.clock.wall());
  streams.must(ann, Streams::order(Side::sell, 100, 2));
  streams.must(bob, Streams::order(Side::buy, 100, 2));
  Client client{streams.port, "/exchange/ws/" + key};
  streams.must({}, BustTrade{artusd, TradeId{1}});
  auto told = read_json(client);
  while (text(told, "e") == "executionReport") told = read_json(client);  // on its way before
  CHECK(text(told, "e") == "outboundAccountPosition");
  CHECK(told.find("B")->if_array()->size() == 2);
}

TEST_CASE("stream hub: during a call it is told what the auction would trade") {
  Streams streams;
  streams.must({}, SetPhase{artusd, Phase::opening_call});
  Client client{streams.port, "/exchange/ws/artusd@auction"};
  auto told = read_json(client);
  CHECK(text(told, "S") == "opening_call");
  CHECK(text(told, "q") == "0");
  streams.must(ann, Streams::order(Side::sell, 110, 5));
  streams.must(bob, Streams::order(Side::buy, 112, 8));
  while (text(told, "q") != "5") told = read_json(client);
  CHECK(text(told, "p") == "1.12");
  CHECK(text(told, "i") == "3");
  CHECK(text(told, "d") == "BUY");
  Client late{streams.port, "/exchange/ws/artusd@auction"};
  CHECK(text(read_json(late), "p") == "1.12");
  streams.must({}, SetPhase{artusd, Phase::continuous});
  while (text(told, "S") != "continuous") told = read_json(client);
  CHECK(told.find("p") == nullptr);
}

/// Where nothing happens any more; one for each stream, as a look tells more than one.
struct QuietMarket {
  QuietMarket(std::string_view kind, std::string_view what)
      : path(std::string{"/exchange/ws/artusd@"}.append(kind)), said(what) {
    streams.must(ann, Streams::order(Side::sell, 100, 2));
    streams.must(bob, Streams::order(Side::buy, 100, 1));
  }
  void join() { clients.push_back(std::make_unique<Client>(streams.port, path)); }

  std::string path;
  std::string said;
  Streams streams;
  std::vector<std::unique_ptr<Client>> clients;
};

TEST_CASE("stream hub: who joins while nothing happens is told what there is") {
  QuietMarket fast{"depth5@100ms", R"("bids":[],"asks":[["1.00","1"]])"};
  QuietMarket slow{"depth20", R"("bids":[],"asks":[["1.00","1"]])"};
  QuietMarket ticker{"ticker", R"("c":"1.00")"};
  QuietMarket candle{"kline_1M", R"("c":"1.00")"};
  const std::vector<QuietMarket*> all{&fast, &slow, &ticker, &candle};
  for (int i = 0; i < 2; ++i) {
    for (QuietMarket* one : all) one->join();
    for (QuietMarket* one : all) {
      CAPTURE(one->path);
      CHECK(one->clients.back()->read().payload.find(one->said) != std::string::npos);
    }
  }
}

TEST_CASE("stream hub: the best levels are told also when somebody follows the book at once") {
  Streams streams;
  streams.must(ann, Streams::order(Side::sell, 100, 2));
  Held held{streams.venue};
  held.wait();
  Client levels{streams.port, "/exchange/ws/artusd@depth5@100ms"};
  Client follower{streams.port, "/exchange/ws/artusd@depth"};
  held.let_go();
  CHECK(read_json(levels).find("asks")->if_array()->size() == 1);
}

TEST_CASE("stream hub: who joins while a look is under way is told what it did not look at") {
  Streams streams;
  for (std::uint32_t i = 0; i < 7; ++i) streams.must(ann, Streams::order(Side::sell, 101 + i, 1));
  streams.must(ann, Streams::order(Side::sell, 100, 1));
  streams.must(bob, Streams::order(Side::buy, 100, 1));
  Client candles{streams.port, "/exchange/ws/artusd@kline_1s"};
  (void)read_json(candles);
  streams.must(bob, Streams::order(Side::buy, 99, 1));
  Held held{streams.venue};
  held.wait();
  CHECK(http::test::eventually([&] { return streams.venue.stats().waiting == 1; }));  // at candles
  Client levels{streams.port, "/exchange/ws/artusd@depth10"};
  Client ticker{streams.port, "/exchange/ws/artusd@ticker"};
  Client auction{streams.port, "/exchange/ws/artusd@auction"};
  held.let_go();
  CHECK(read_json(levels).find("asks")->if_array()->size() == 7);
  CHECK(text(read_json(ticker), "c") == "1.00");
  CHECK(text(read_json(auction), "S") == "continuous");
}

/// Trades 1 and 2 of one order at 1.00, 3 at 1.04, and 4, a sale, at 0.97.
void trade_four_times(Streams& streams) {
  for (const std::uint32_t price : {100, 100}) {
    streams.must(ann, Streams::order(Side::sell, price, 1));
  }
  streams.must(ann, Streams::order(Side::sell, 104, 3));
  streams.must(bob, Streams::order(Side::buy, 104, 3));
  streams.must(bob, Streams::order(Side::buy, 97, 4));
  streams.must(ann, Streams::order(Side::sell, 97, 1));
}

/// With `#` for its time, and @ for a day before.
std::string read_timeless(Client& client) {
  std::string told = client.read().payload;
  const auto value = json::parse(told);
  REQUIRE(value.has_value());
  const std::int64_t at = *value->find("E")->if_int();
  const auto replace = [&](const std::string& what, std::string_view with) {
    for (auto i = told.find(what); i != std::string::npos; i = told.find(what)) {
      told.replace(i, what.size(), with);
    }
  };
  replace(std::to_string(at), "#");
  replace(std::to_string(at - 86'400'000), "@");
  return told;
}

TEST_CASE("stream hub: aggregates of trades, in Binance's members") {
  Streams streams;
  Client client{streams.port, "/exchange/ws/artusd@aggTrade"};
  trade_four_times(streams);
  CHECK(read_timeless(client) ==
        R"({"e":"aggTrade","E":#,"s":"ARTUSD","a":1,"p":"1.00","q":"2","f":1,"l":2,"T":#,)"
        R"("m":false,"M":true})");
  CHECK(read_timeless(client) ==
        R"({"e":"aggTrade","E":#,"s":"ARTUSD","a":3,"p":"1.04","q":"1","f":3,"l":3,"T":#,)"
        R"("m":false,"M":true})");
  CHECK(read_timeless(client) ==
        R"({"e":"aggTrade","E":#,"s":"ARTUSD","a":4,"p":"0.97","q":"1","f":4,"l":4,"T":#,)"
        R"("m":true,"M":true})");
}

TEST_CASE("stream hub: tickers and candles, in Binance's members") {
  Streams streams;
  trade_four_times(streams);
  Client ticker{streams.port, "/exchange/ws/artusd@ticker"};
  Client mini{streams.port, "/exchange/ws/artusd@miniTicker"};
  Client candles{streams.port, "/exchange/ws/artusd@kline_1M"};
  CHECK(read_timeless(ticker) ==
        R"({"e":"24hrTicker","E":#,"s":"ARTUSD","p":"-0.03","P":"-3.000","w":"1.00","x":"1.00",)"
        R"("Q":"1","b":"0.97","B":"3","a":"1.04","A":"2","c":"0.97","o":"1.00","h":"1.04",)"
        R"("l":"0.97","v":"4","q":"4.01","O":@,"C":#,"F":1,"L":4,"n":4})");
  CHECK(read_timeless(mini) ==
        R"({"e":"24hrMiniTicker","E":#,"s":"ARTUSD","c":"0.97","o":"1.00","h":"1.04",)"
        R"("l":"0.97","v":"4","q":"4.01"})");
  const std::string candle = read_timeless(candles);
  CHECK(candle.starts_with(R"({"e":"kline","E":#,"s":"ARTUSD","k":{"t":)"));
  CHECK(candle.ends_with(R"(,"s":"ARTUSD","i":"1M","f":1,"L":4,"o":"1.00","c":"0.97","h":"1.04",)"
                         R"("l":"0.97","v":"4","n":4,"x":false,"q":"4.01","V":"3","Q":"3.04",)"
                         R"("B":"0"}})"));
}

TEST_CASE("stream hub: the best levels, as many as were asked for") {
  Streams streams;
  for (std::uint32_t i = 0; i < 25; ++i) {
    streams.must(ann, Streams::order(Side::buy, 99 - i, 1 + i));
    streams.must(ann, Streams::order(Side::sell, 101 + i, 1 + i));
  }
  const Sequence last = streams.snapshot().sequence;
  for (const std::size_t levels : {5U, 10U, 20U}) {
    CAPTURE(levels);
    const std::string name = "/exchange/ws/artusd@depth" + std::to_string(levels) + "@100ms";
    Client client{streams.port, name};
    const json::Value told = read_json(client);
    CHECK(told.if_object()->size() == 3);
    CHECK(number(told, "lastUpdateId") == last);
    const json::Array& bids = *told.find("bids")->if_array();
    const json::Array& asks = *told.find("asks")->if_array();
    REQUIRE(bids.size() == levels);
    REQUIRE(asks.size() == levels);
    CHECK(bids.front() == json::Value{json::Array{"0.99", "1"}});
    CHECK(asks.front() == json::Value{json::Array{"1.01", "1"}});
    std::string worst;
    streams.directory.current()->find(artusd)->append_price(worst, 100 - levels);
    CHECK(bids.back() == json::Value{json::Array{worst, std::to_string(levels)}});
  }
}

/// Each look is told by one message of the best levels, when something is in it that is new.
TEST_CASE("stream hub: a second's look that finds another under way is made right behind it") {
  Streams streams;
  std::string candles = "/exchange/stream?streams=";
  for (const std::uint32_t id : {2U, 3U}) {
    DefineSymbol other;
    other.id = SymbolId{id};
    other.name = Name{"OTHER" + std::to_string(id)};
    other.base = AssetId{1};
    other.quote = AssetId{2};
    streams.must({}, other);
    candles += (id == 2 ? "other" : "/other") + std::to_string(id) + "@kline_1s";
  }
  Client seconds{streams.port, candles};
  Client client{streams.port, "/exchange/stream?streams=artusd@depth5@100ms/artusd@ticker"};
  const auto next_is_ticker = [&] { return text(read_json(client), "stream") == "artusd@ticker"; };
  while (!next_is_ticker()) continue;  // a second begins
  std::uint32_t price = 1;
  const auto bid = [&] { streams.must(ann, Streams::order(Side::buy, ++price, 1)); };
  bid();
  Held held{streams.venue};
  held.wait();
  // Looks at the others' candles: the second is over. The one at the bid may wait with `held`.
  CHECK(http::test::eventually([&] { return streams.venue.stats().waiting >= 2; }));
  held.let_go();
  int looks = 0;
  for (; !next_is_ticker() && looks < 9; ++looks) bid();
  CHECK(looks <= 2);
}

/// The candle of a message of `@kline_*`.
json::Value read_candle(Client& client) { return *read_json(client).find("k"); }

TEST_CASE("stream hub: every candle is told when it ends, also when looks come late") {
  Streams streams;
  Client client{streams.port, "/exchange/ws/artusd@kline_1s"};
  streams.must(ann, Streams::order(Side::sell, 100, 2));
  streams.must(bob, Streams::order(Side::buy, 100, 2));
  json::Value candle = read_candle(client);
  CHECK(*candle.find("x")->if_bool() == false);
  Sequence begin = number(candle, "t");
  int closed = 0;
  for (int jump = 0; jump < 2; ++jump) {
    streams.clock.advance(Seconds{3});
    for (const int until = closed + 4; closed < until;) {
      candle = read_candle(client);
      if (*candle.find("x")->if_bool()) {
        CHECK(number(candle, "t") == begin);
        CHECK(text(candle, "c") == "1.00");
        begin += 1'000;
        ++closed;
      } else {
        CHECK(number(candle, "t") == begin);
      }
    }
  }
}

TEST_CASE("stream door: requests are answered in their order, and wrong ones say why") {
  Streams streams;
  Client client{streams.port, "/exchange/ws"};
  const auto say = [&](std::string_view text) {
    client.send_text(text);
    return client.read().payload;
  };
  CHECK(say(R"({"method":"SUBSCRIBE","params":["artusd@trade","artusd@depth"],"id":1})") ==
        R"({"result":null,"id":1})");
  CHECK(say(R"({"method":"LIST_SUBSCRIPTIONS","id":2})") ==
        R"({"result":["artusd@depth","artusd@trade"],"id":2})");
  // Unsubscribed in the same breath: nothing comes of it.
  client.send_text(R"({"method":"SUBSCRIBE","params":["artusd@bookTicker"],"id":3})");
  client.send_text(
      R"({"method":"UNSUBSCRIBE","params":["artusd@bookTicker","artusd@depth"],"id":4})");
  CHECK(client.read().payload == R"({"result":null,"id":3})");
  CHECK(client.read().payload == R"({"result":null,"id":4})");
  streams.must(ann, Streams::order(Side::sell, 100, 2));
  streams.must(bob, Streams::order(Side::buy, 100, 1));
  CHECK(text(read_json(client), "e") == "trade");
  CHECK(say(R"({"method":"SUBSCRIBE","params":["artusd@nothing"],"id":5})").find(R"("id":5})") !=
        std::string::npos);
  CHECK(say("no json").find(R"("error")") != std::string::npos);
  client.send_text(R"({"method":"SUBSCRIBE","params":["artusd@aggTrade"],"id":6})");
  client.send_text(R"({"method":"LIST_SUBSCRIPTIONS","id":7})");
  client.send_text("no json");
  CHECK(client.read().payload == R"({"result":null,"id":6})");
  CHECK(client.read().payload == R"({"result":["artusd@aggTrade","artusd@trade"],"id":7})");
  CHECK(client.read().payload.find(R"("error")") != std::string::npos);
  client.send(ws::Opcode::binary, "x");
  CHECK(client.read().is_close(ws::CloseCode::unsupported_data));
}

TEST_CASE("stream door: a listen key that has ended is refused on an open connection too") {
  Streams streams;
  Client client{streams.port, "/exchange/ws"};
  const std::string key = *streams.keys.open(ann, streams.clock.wall());
  streams.clock.advance(Limits::listen_key_age);
  client.send_text(R"({"method":"SUBSCRIBE","params":[")" + key + R"("],"id":1})");
  CHECK(client.read().payload.find("-1125") != std::string::npos);
}

TEST_CASE("stream door: who asks for what is not there is refused before anything is opened") {
  Streams streams;
  Client client{streams.port};
  CHECK(client.open("/exchange/ws/artusd@nothing").status == 400);
  CHECK(client.answer.has("-1130"));
  CHECK(client.open("/exchange/ws/" + std::string(64, 'a')).status == 400);
  CHECK(client.answer.has("-1125"));
  std::string many = "/exchange/stream?streams=artusd@trade";
  for (std::size_t i = 0; i < Limits::streams_per_connection_max; ++i) many += "/artusd@trade";
  CHECK(client.open(many).status == 400);
  CHECK(client.open("/exchange/stream?streams=artusd@trade").status == 101);
  streams.must(ann, Streams::order(Side::sell, 100, 2));
  streams.must(bob, Streams::order(Side::buy, 100, 1));
  const auto told = read_json(client);
  CHECK(text(told, "stream") == "artusd@trade");
  CHECK(text(*told.find("data"), "p") == "1.00");
}

}  // namespace
}  // namespace mainstay::exchange::hub_test
