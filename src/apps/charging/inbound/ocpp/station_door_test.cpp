#include "apps/charging/inbound/ocpp/station_door.hpp"

#include <algorithm>
#include <deque>
#include <future>
#include <map>
#include <set>

#include <doctest/doctest.h>

#include "apps/charging/inbound/ocpp/limits.hpp"
#include "apps/charging/inbound/ocpp/seen_ids.hpp"
#include "base/locked.hpp"
#include "platform/http/server.hpp"
#include "platform/ws/deflate.hpp"
#include "platform/ws/test_client.hpp"

namespace mainstay::charging::ocpp {
namespace {

using http::test::eventually;
using ws::test::Client;
using Event = ws::FrameReader::Event;

/// A network that knows three stations and remembers what it heard; it answers BootNotification
/// as the station's model says and everything else when told, or at once.
class TestHost final : public StationHost {
 public:
  std::optional<KnownStation> find(std::string_view identity) const override {
    if (identity == "RDAM 123") {
      return KnownStation{StationId{1}, RegistrationStatus::accepted, "ACME", "Wall"};
    }
    if (identity == "new") return KnownStation{StationId{2}, {}, {}, {}};
    if (identity == "odd") {
      return KnownStation{StationId{3}, RegistrationStatus::accepted, "Odd", "One"};
    }
    return std::nullopt;
  }
  void connected(StationId station, LinkNumber link, LinkFacts facts) override {
    auto log = log_.lock();
    log->push_back("+" + std::to_string(station.get()) + " " + facts.identity);
    links_[station.get()] = link.get();
  }
  void disconnected(StationId station, LinkNumber) override {
    auto log = log_.lock();
    log->push_back("-" + std::to_string(station.get()));
  }
  void handle(StationId, StationRequest request, SystemTime, Reply reply) override {
    if (const auto* const boot = std::get_if<BootNotification>(&request)) {
      const auto status = boot->charge_point_model == "pending"   ? RegistrationStatus::pending
                          : boot->charge_point_model == "refused" ? RegistrationStatus::rejected
                                                                  : RegistrationStatus::accepted;
      return reply(StationAnswer{BootNotificationAnswer{status, {}, Seconds{60}}});
    }
    if (std::holds_alternative<Authorize>(request)) {  // when told
      auto waiting = waiting_.lock();
      waiting->push_back(std::move(reply));
      return;
    }
    if (std::holds_alternative<Heartbeat>(request)) return reply(StationAnswer{HeartbeatAnswer{}});
    if (std::holds_alternative<StatusNotification>(request)) {
      return reply(StationAnswer{StatusNotificationAnswer{}});
    }
    reply(CallError{CallErrorCode::internal_error, "not today"});
  }

  std::vector<std::string> log() {
    auto log = log_.lock();
    return *log;
  }
  bool is_logged(std::string_view what) {
    return eventually([&] {
      const auto all = log();
      return std::ranges::find(all, what) != all.end();
    });
  }
  std::size_t waiting() {
    auto waiting = waiting_.lock();
    return waiting->size();
  }
  void answer() {
    Reply reply;
    {
      auto waiting = waiting_.lock();
      reply = std::move(waiting->front());
      waiting->pop_front();
    }
    reply(StationAnswer{AuthorizeAnswer{{AuthorizationStatus::accepted, {}, {}}}});
  }

 private:
  Locked<std::vector<std::string>> log_;
  std::map<std::int64_t, std::uint64_t> links_;
  Locked<std::deque<Reply>> waiting_;
};

/// Admits by a word in the Authorization header.
class TestGate final : public StationGate {
 public:
  Verdict admit(const Knock& knock) override {
    if (knock.authorization == "slow") return Verdict::later;
    if (knock.authorization == "wrong") return Verdict::unauthorized;
    if (knock.authorization == "low") return Verdict::forbidden;
    return Verdict::admitted;
  }
  void admit_slowly(Knock, UniqueFunction<void(Verdict)> done) override {
    thread_ = std::async(std::launch::async, [done = std::move(done)] { done(Verdict::admitted); });
  }

 private:
  std::future<void> thread_;
};

DoorOptions options() {
  DoorOptions made;
  made.message_bytes_max = 4'096;
  made.tolerances = ToleranceTable{{{.vendor = "Odd", .tolerance = {.repeated_ids = true}}}};
  return made;
}

constexpr std::string_view offer = "Sec-WebSocket-Protocol: ocpp2.0.1, ocpp1.6\r\n";

struct Fixture {
  explicit Fixture(DoorOptions with_options = options())
      : door(host, gate, clock, std::move(with_options)) {
    router.add(http::Method::get, "/ocpp/{identity}", door.handler(1));
    http::ServerOptions with;
    with.listeners.push_back(
        {.name = "test", .address = "127.0.0.1", .port = 0, .router = &router, .tls = nullptr});
    with.threads = 2;
    server = std::make_unique<http::Server>(std::move(with), clock);
    REQUIRE(server->start().has_value());
  }
  ~Fixture() { server->stop(); }

  Client connect(std::string_view identity = "RDAM%20123", std::string_view more = offer) {
    return Client{server->port(), "/ocpp/" + std::string{identity}, more};
  }
  static std::string ask(Client& client, std::string_view text) {
    client.send_text(text);
    return client.read().payload;
  }

  ManualClock clock{SystemTime{Seconds{1'795'000'000}}};
  TestHost host;
  TestGate gate;
  StationDoor door;
  http::Router router;
  std::unique_ptr<http::Server> server;
};

/// What became of calls to stations.
struct Outcomes {
  void operator()(CallOutcome outcome) {
    auto all = all_->lock();
    all->push_back(std::move(outcome));
  }
  std::size_t count() {
    auto all = all_->lock();
    return all->size();
  }
  CallFailure failure(std::size_t index) {
    REQUIRE(eventually([&] { return count() > index; }));
    auto all = all_->lock();
    return std::get<CallFailure>((*all)[index]);
  }
  BackendAnswer answer(std::size_t index) {
    REQUIRE(eventually([&] { return count() > index; }));
    auto all = all_->lock();
    return std::get<BackendAnswer>((*all)[index]);
  }
  std::shared_ptr<Locked<std::vector<CallOutcome>>> all_ =
      std::make_shared<Locked<std::vector<CallOutcome>>>();
};

}  // namespace

TEST_CASE("ocpp door: handshakes - identity, credentials, subprotocol") {
  Fixture test;
  auto good = test.connect();
  CHECK(good.answer.status == 101);
  CHECK(good.answer.head.find("\r\nSec-WebSocket-Protocol: ocpp1.6\r\n") != std::string::npos);
  CHECK(test.host.is_logged("+1 RDAM 123"));
  CHECK(test.door.is_online(StationId{1}));

  for (const auto& unknown : {std::string{"nobody"}, std::string{"%01"}, std::string(49, 'x')}) {
    CAPTURE(unknown);
    CHECK(test.connect(unknown).answer.status == 404);
  }
  CHECK(test.connect("new", "Authorization: wrong\r\n").answer.status == 401);
  CHECK(test.connect("new", "Authorization: low\r\n").answer.status == 403);
  CHECK(test.connect("new", std::string{"Authorization: slow\r\n"}.append(offer)).answer.status ==
        101);

  // Finish the handshake without the header, then close.
  for (const std::string_view none : {"", "Sec-WebSocket-Protocol: ocpp2.0.1\r\n"}) {
    auto client = test.connect("odd", none);
    CHECK(client.answer.status == 101);
    CHECK(client.answer.head.find("Sec-WebSocket-Protocol") == std::string::npos);
    CHECK(client.read().is_close(ws::CloseCode::protocol_error));
  }
  CHECK_FALSE(test.door.is_online(StationId{3}));
  CHECK(test.door.stats().refused == 5);
}

TEST_CASE("ocpp door: calls are answered, and refused with the right error") {
  Fixture test;
  auto client = test.connect();
  const auto ask = [&](std::string_view text) { return Fixture::ask(client, text); };
  CHECK(ask(R"([2,"1","Heartbeat",{}])") ==
        R"([3,"1",{"currentTime":"1970-01-01T00:00:00.000Z"}])");
  CHECK(ask(R"([2,"2","Heartbeat",null])").starts_with(R"([3,"2",)"));
  CHECK(ask("nonsense").starts_with(R"([4,"-1","FormationViolation",)"));
  CHECK(ask(R"([2,"3","Heartbeat"])").starts_with(R"([4,"3","ProtocolError",)"));
  CHECK(ask(R"([2,"4","Nonsense",{}])").starts_with(R"([4,"4","NotImplemented",)"));
  CHECK(ask(R"([2,"5","Reset",{"type":"Hard"}])").starts_with(R"([4,"5","NotSupported",)"));
  CHECK(ask(R"([2,"6","Heartbeat",{"a":1}])").starts_with(R"([4,"6","FormationViolation",)"));
  CHECK(ask(R"([2,"7","Authorize",{}])").starts_with(R"([4,"7","OccurenceConstraintViolation",)"));
  CHECK(ask(R"([2,"8","Authorize",{"idTag":7}])")
            .starts_with(R"([4,"8","TypeConstraintViolation",)"));
  CHECK(ask(R"([2,"9","Authorize",{"idTag":"123456789012345678901"}])") ==
        R"([4,"9","PropertyConstraintViolation","idTag: longer than 20 characters",{}])");
  CHECK(ask(R"([2,"10","DiagnosticsStatusNotification",{"status":"Idle"}])") ==
        R"([4,"10","InternalError","not today",{}])");
  CHECK(ask(R"([2,"1","Heartbeat",{}])").starts_with(R"([4,"1","ProtocolError",)"));
  CHECK(test.door.stats().repeated_ids == 1);

  // Ignored: another message type, replies to no call.
  client.send_text(R"([5,"1",{}])");
  client.send_text(R"([3,"1",{}])");
  client.send_text(R"([4,"x","GenericError","",{}])");
  CHECK(ask(R"([2,"11","Heartbeat",{}])").starts_with(R"([3,"11",)"));
  CHECK(test.door.stats().replies_ignored == 2);

  client.send(ws::Opcode::binary, "x");
  CHECK(client.read().is_close(ws::CloseCode::unsupported_data));

  auto odd = test.connect("odd");
  CHECK(Fixture::ask(odd, R"([2,"1","Heartbeat",{}])").starts_with("[3"));
  CHECK(Fixture::ask(odd, R"([2,"1","Heartbeat",{}])").starts_with("[3"));  // known to do so
  odd.send_text(std::string(5'000, ' '));
  CHECK(odd.read().is_close(ws::CloseCode::message_too_big));
}

TEST_CASE("ocpp door: a BootNotification is forgiven what its own firmware is known for") {
  Fixture test;
  auto client = test.connect("new");
  const auto boot = [&](std::string_view id, std::string_view vendor) {
    return Fixture::ask(client, std::string{R"([2,")"}
                                    .append(id)
                                    .append(R"(","BootNotification",{"chargePointVendor":")")
                                    .append(vendor)
                                    .append(R"(","chargePointModel":"EVlink Smart Wallbox",)"
                                            R"("chargeBoxSerialNumber":")" +
                                            std::string(34, '7') + R"("}])"));
  };
  CHECK(boot("1", "ACME").starts_with(R"([4,"1","PropertyConstraintViolation",)"));
  CHECK(boot("2", "Schneider Electric").starts_with(R"([3,"2",{"status":"Accepted")"));
  CHECK(boot("3", "ACME").starts_with("[4"));
}

TEST_CASE("ocpp door: frames cut at every byte, alone or together") {
  Fixture test;
  const auto frame = ws::test::frame(ws::Opcode::text, R"([2,"split","Heartbeat",{}])");
  for (std::size_t cut = 1; cut < frame.size(); ++cut) {
    auto client = test.connect("odd");
    client.socket.send(frame.substr(0, cut));
    client.socket.send(frame.substr(cut));
    REQUIRE(client.read().payload.starts_with(R"([3,"split",)"));
  }
}

TEST_CASE("ocpp door: before acceptance a station may say no more than it is asked to") {
  Fixture test;
  auto client = test.connect("new");
  const auto ask = [&](std::string_view text) { return Fixture::ask(client, text); };
  Outcomes outcomes;
  CHECK(ask(R"([2,"1","Heartbeat",{}])").starts_with(R"([4,"1","SecurityError",)"));
  test.door.call(StationId{2}, ClearCache{}, outcomes);
  CHECK(outcomes.failure(0).kind == CallFailure::Kind::not_accepted);

  const auto boot = [&](const std::string& id, const std::string& model) {
    return ask("[2,\"" + id + R"(","BootNotification",{"chargePointVendor":"V",)" +
               R"("chargePointModel":")" + model + "\"}]");
  };
  CHECK(boot("2", "pending").find("Pending") != std::string::npos);
  CHECK(ask(R"([2,"3","Heartbeat",{}])").starts_with(R"([4,"3","SecurityError",)"));
  test.door.call(StationId{2}, RemoteStartTransaction{"TAG", {}, {}}, outcomes);
  CHECK(outcomes.failure(1).kind == CallFailure::Kind::not_accepted);
  test.door.call(StationId{2}, TriggerMessage{MessageTrigger::heartbeat, {}}, outcomes);
  CHECK(client.read().payload == R"([2,"1","TriggerMessage",{"requestedMessage":"Heartbeat"}])");
  client.send_text(R"([3,"1",{"status":"Accepted"}])");
  CHECK(std::get<TriggerMessageAnswer>(outcomes.answer(2)).status == TriggerStatus::accepted);
  CHECK(ask(R"([2,"4","Heartbeat",{}])").starts_with(R"([3,"4",)"));  // once
  CHECK(ask(R"([2,"5","Heartbeat",{}])").starts_with(R"([4,"5","SecurityError",)"));

  CHECK(boot("6", "refused").find("Rejected") != std::string::npos);
  test.door.call(StationId{2}, ClearCache{}, outcomes);
  CHECK(outcomes.failure(3).kind == CallFailure::Kind::not_accepted);
  CHECK(boot("7", "good").find("Accepted") != std::string::npos);
  CHECK(ask(R"([2,"8","Heartbeat",{}])").starts_with(R"([3,"8",)"));
}

TEST_CASE("ocpp door: 5.17 a pending station that is asked of all connectors says it of each") {
  Fixture test;
  auto client = test.connect("new");
  Outcomes outcomes;
  int id = 0;
  const auto call = [&](std::string_view action, std::string_view payload) {
    return Fixture::ask(client, "[2,\"" + std::to_string(++id) + "\",\"" + std::string{action} +
                                    "\"," + std::string{payload} + "]");
  };
  const auto told = [&](int connector) {
    return call("StatusNotification", R"({"connectorId":)" + std::to_string(connector) +
                                          R"(,"errorCode":"NoError","status":"Available"})")[1] ==
           '3';
  };
  call("BootNotification", R"({"chargePointVendor":"V","chargePointModel":"pending"})");
  const auto trigger = [&](std::optional<ConnectorNumber> connector) {
    test.door.call(StationId{2}, TriggerMessage{MessageTrigger::status_notification, connector},
                   outcomes);
    const auto asked = client.read().payload;
    client.send_text("[3," + asked.substr(3, asked.find(',', 3) - 3) +
                     R"(,{"status":"Accepted"}])");
  };
  CHECK_FALSE(told(0));
  trigger({});
  test.clock.advance(Seconds{90});  // it takes its time for the first, and is brisk from then on
  for (const int connector : {0, 1, 2}) CHECK(told(connector));
  CHECK(call("Heartbeat", "{}")[1] == '4');  // nothing else
  test.clock.advance(triggered_span - Seconds{1});
  CHECK(told(1));
  test.clock.advance(Seconds{1});
  CHECK_FALSE(told(1));

  trigger(ConnectorNumber{2});
  CHECK(told(2));
  CHECK_FALSE(told(1));
}

TEST_CASE("ocpp door: one call at a time is on its way to a station, others wait in order") {
  Fixture test;
  auto client = test.connect();
  REQUIRE(test.host.is_logged("+1 RDAM 123"));
  Outcomes outcomes;
  const auto call = [&](BackendRequest request) {
    test.door.call(StationId{1}, std::move(request), outcomes);
  };
  call(Reset{ResetType::hard});
  call(ClearCache{});
  call(GetLocalListVersion{});
  CHECK(client.read().payload == R"([2,"1","Reset",{"type":"Hard"}])");
  // Its own calls may cross ours.
  CHECK(Fixture::ask(client, R"([2,"a","Heartbeat",{}])").starts_with(R"([3,"a",)"));
  client.send_text(R"([4,"1","OccurrenceConstraintViolation","why"])");
  CHECK(client.read().payload == R"([2,"2","ClearCache",{}])");
  CHECK(outcomes.failure(0).kind == CallFailure::Kind::refused);
  CHECK(outcomes.failure(0).code == "OccurenceConstraintViolation");
  CHECK(outcomes.failure(0).description == "why");

  test.clock.advance(Seconds{31});
  test.door.sweep();
  CHECK(outcomes.failure(1).kind == CallFailure::Kind::timed_out);
  CHECK(client.read().payload == R"([2,"3","GetLocalListVersion",{}])");
  client.send_text(R"([3,"2",{"status":"Accepted"}])");  // late
  client.send_text(R"([3,"3",{"listVersion":"seven"}])");
  CHECK(outcomes.failure(2).kind == CallFailure::Kind::bad_answer);
  CHECK(test.door.stats().replies_ignored == 1);

  call(UnlockConnector{});
  CHECK(outcomes.failure(3).kind == CallFailure::Kind::invalid);
  for (std::size_t i = 0; i <= calls_waiting_max; ++i) call(ClearCache{});
  CHECK(outcomes.count() == 4);
  call(ClearCache{});
  CHECK(outcomes.failure(4).kind == CallFailure::Kind::busy);

  test.door.close(StationId{1}, "enough");
  while (client.read().event == Event::message) {
  }
  client.socket.close();
  CHECK(outcomes.failure(4 + 1 + calls_waiting_max).kind == CallFailure::Kind::offline);
  REQUIRE(test.host.is_logged("-1"));
  CHECK_FALSE(test.door.is_online(StationId{1}));
  call(ClearCache{});
  CHECK(outcomes.failure(outcomes.count() - 1).kind == CallFailure::Kind::offline);
}

TEST_CASE("ocpp door: 2.4.12 a silent station is pinged, and cut off when it does not answer") {
  auto quick = options();
  quick.ping_interval = quick.pong_timeout = Millis{30};
  Fixture test{std::move(quick)};
  auto client = test.connect();
  Outcomes outcomes;
  REQUIRE(test.host.is_logged("+1 RDAM 123"));
  test.door.call(StationId{1}, ClearCache{}, outcomes);
  CHECK(client.read().payload == R"([2,"1","ClearCache",{}])");
  for (int i = 0; i < 3; ++i) {  // as long as it answers, it stays
    CHECK(client.read().event == Event::ping);
    client.send(ws::Opcode::pong, {});
  }
  CHECK(test.door.is_online(StationId{1}));
  while (client.read().event == Event::ping) {
  }
  CHECK(client.socket.gone());
  REQUIRE(test.host.is_logged("-1"));
  CHECK_FALSE(test.door.is_online(StationId{1}));
  CHECK(outcomes.failure(0).kind == CallFailure::Kind::offline);  // a command does not hang
}

TEST_CASE("ocpp door: permessage-deflate with a station that offers it, both ways") {
  Fixture test;
  constexpr std::string_view extension = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
  auto client = test.connect("RDAM%20123", std::string{offer}.append(extension));
  CHECK(client.answer.head.find("\r\nSec-WebSocket-Extensions: permessage-deflate") !=
        std::string::npos);
  REQUIRE(test.host.is_logged("+1 RDAM 123"));
  std::string compressed;
  ws::Deflater{}.deflate(R"([2,"1","Heartbeat",{}])", compressed);
  client.socket.send(ws::test::frame(ws::Opcode::text, compressed, true, true));
  CHECK(client.read().payload.starts_with(R"([3,"1",)"));

  const std::string data(2'000, 'a');
  Outcomes outcomes;
  test.door.call(StationId{1}, DataTransfer{"V", {}, data}, outcomes);
  const auto got = client.read();
  CHECK(got.compressed);
  CHECK(got.payload.size() < 200);
  std::string inflated;
  CHECK(ws::Inflater{}.inflate(got.payload, 4'096, inflated) == ws::Inflater::Outcome::ok);
  CHECK(inflated == R"([2,"1","DataTransfer",{"vendorId":"V","data":")" + data + "\"}]");

  auto plain = test.connect("odd");
  CHECK(plain.answer.head.find("Sec-WebSocket-Extensions") == std::string::npos);
  REQUIRE(test.host.is_logged("+3 odd"));
  test.door.call(StationId{3}, DataTransfer{"V", {}, data}, outcomes);
  CHECK_FALSE(plain.read().compressed);
}

TEST_CASE("ocpp door: the newest connection of a station wins") {
  Fixture test;
  auto first = test.connect();
  REQUIRE(test.host.is_logged("+1 RDAM 123"));
  Outcomes outcomes;
  test.door.call(StationId{1}, ClearCache{}, outcomes);
  CHECK(first.read().payload == R"([2,"1","ClearCache",{}])");
  auto second = test.connect();
  CHECK(first.read().is_close(ws::CloseCode::policy_violation));
  CHECK(outcomes.failure(0).kind == CallFailure::Kind::offline);
  first.socket.close();
  CHECK(Fixture::ask(second, R"([2,"1","Heartbeat",{}])").starts_with("[3"));
  CHECK(test.host.is_logged("-1"));
  CHECK(test.door.is_online(StationId{1}));
  CHECK(test.door.stats().replaced == 1);
}

TEST_CASE("ocpp door: a flood ends the connection, and nothing waits without bound") {
  Fixture test;
  auto client = test.connect();
  const auto authorize = [](std::size_t id) {
    return "[2,\"" + std::to_string(id) + R"(","Authorize",{"idTag":"A"}])";
  };
  for (std::size_t i = 0; i < calls_unanswered_max; ++i) client.send_text(authorize(i));
  client.send_text(authorize(0));  // sent again: its answer is on the way
  REQUIRE(eventually([&] { return test.host.waiting() == calls_unanswered_max; }));
  test.host.answer();
  CHECK(client.read().payload == R"([3,"0",{"idTagInfo":{"status":"Accepted"}}])");
  client.send_text(authorize(100));
  client.send_text(authorize(101));
  CHECK(client.read().is_close(ws::CloseCode::policy_violation));
  while (test.host.waiting() > 0) test.host.answer();  // to nobody

  auto noisy = test.connect("odd");
  for (std::size_t i = 0; i <= bad_frames_max; ++i) noisy.send_text("{}");
  ws::test::Received last;
  do last = noisy.read();
  while (last.event == Event::message);
  CHECK(last.is_close(ws::CloseCode::policy_violation));
  CHECK(test.door.stats().floods == 2);
}

TEST_CASE("seen ids: the newest are remembered, memory is bounded") {
  SeenIds ids;
  CHECK(ids.insert(0));
  CHECK_FALSE(ids.insert(0));
  const auto hash = [](std::uint64_t i) { return i * 0x9E3779B97F4A7C15U; };
  for (std::uint64_t i = 2; i < 5'000; ++i) {
    REQUIRE(ids.insert(hash(i)));
    for (std::uint64_t back = 0; back < std::min<std::uint64_t>(seen_ids_kept, i - 1); back += 37) {
      REQUIRE_FALSE(ids.insert(hash(i - back)));
    }
  }
  CHECK(ids.insert(hash(2)));  // long forgotten
}

}  // namespace mainstay::charging::ocpp
