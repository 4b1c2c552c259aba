#include "platform/ws/endpoint.hpp"

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "base/locked.hpp"
#include "platform/http/server.hpp"
#include "platform/ws/deflate.hpp"
#include "platform/ws/test_client.hpp"

namespace mainstay::ws::endpoint_test {
namespace {

using http::test::eventually;
using test::Client;
using test::Received;

/// Echoes, and tells the test what happened.
class Echo : public Endpoint {
 public:
  explicit Echo(Settings settings = {}) : Endpoint(settings) {}

  void on_open(Connection& connection) override {
    auto peers = peers_.lock();
    peers->push_back(connection.peer());
  }
  void on_message(Connection& connection, std::string_view payload, Kind kind) override {
    if (payload == "fail") throw std::runtime_error{"on purpose"};
    if (payload == "bye") return connection.close(static_cast<CloseCode>(3001), "as you wish");
    connection.send(payload, kind);
  }
  void on_room(Connection&) override { ++rooms; }
  void on_close(Connection&, const Closed& closed) override {
    auto closes = closes_.lock();
    closes->push_back({closed.code, std::string{closed.reason}});
  }

  Peer peer(std::size_t index = 0) {
    std::optional<Peer> peer;
    REQUIRE(eventually([&] {
      auto peers = peers_.lock();
      if (peers->size() > index) peer = (*peers)[index];
      return peer.has_value();
    }));
    return *peer;
  }
  std::vector<Peer> peers() {
    auto peers = peers_.lock();
    return *peers;
  }
  struct Seen {
    CloseCode code;
    std::string reason;
  };
  Seen close_seen() {
    Seen seen{};
    REQUIRE(eventually([&] {
      auto closes = closes_.lock();
      if (!closes->empty()) seen = closes->front();
      return !closes->empty();
    }));
    return seen;
  }

  std::atomic<int> rooms = 0;

 private:
  Locked<std::vector<Peer>> peers_;
  Locked<std::vector<Seen>> closes_;
};

struct Fixture {
  explicit Fixture(Settings settings = {}, std::size_t threads = 1) : echo(settings) {
    options.threads = threads;
    options.limits.body_timeout = Millis{40};  // makes ticks short, and no request here has one
    router.add(http::Method::get, "/ws",
               [this](const http::Request& request, http::Response& response) {
                 upgrade(request, response, echo);
               });
    router.add(http::Method::get, "/later",
               [this](const http::Request& request, http::Response& response) {
                 later.emplace(response.defer());
                 later_request = &request;
                 deferred.set_value();
               });
    router.add(http::Method::get, "/",
               [](const http::Request&, http::Response& response) { response.body() = "root"; });
    http::Listener listener;
    listener.port = 0;
    listener.router = &router;
    options.listeners.push_back(listener);
    server.emplace(options, clock);
    REQUIRE(server->start().has_value());
  }
  std::uint16_t port() { return server->port(); }

  Echo echo;
  http::Router router;
  http::ServerOptions options;
  MachineClock clock;
  std::optional<http::Deferred> later;  // of /later
  const http::Request* later_request = nullptr;
  std::promise<void> deferred;
  std::optional<http::Server> server;
};

Settings quick() {
  Settings settings;
  settings.limits.ping_interval = Millis{30};
  settings.limits.pong_timeout = Millis{30};
  settings.limits.close_timeout = Millis{30};
  return settings;
}

/// A queue that is soon full.
Settings narrow(Overflow overflow) {
  Settings settings;
  settings.limits.queue_bytes_max = 300'000;
  settings.overflow = overflow;
  settings.compress = false;
  return settings;
}

const Message large = Message::binary(std::string(100'000, 'm'));

/// More than a kernel takes for a client that does not read; it is on its way when this returns.
void block(const Peer& peer) {
  CHECK(peer.send(Message::binary(std::string(32U << 20U, 'h'))) == Sent::queued);
  CHECK(eventually([&] { return peer.queued_bytes() == 0; }));
}

/// Sends until the queue is full, too.
Sent fill(const Peer& peer) {
  block(peer);
  auto sent = Sent::queued;
  for (int i = 0; i < 10 && sent == Sent::queued; ++i) sent = peer.send(large);
  return sent;
}

}  // namespace

TEST_CASE("ws endpoint: upgrade, echo of text and binary, close echoed") {
  Fixture f;
  Client client{f.port()};
  client.socket.send(http::test::get_root);
  CHECK(client.socket.read().body == "root");
  const auto answer = client.open("/ws");
  CHECK(answer.status == 101);
  CHECK(answer.has("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  CHECK_FALSE(answer.has("Content-Length"));
  client.send_text("hello");
  CHECK(client.read().is_text("hello"));
  client.send(Opcode::binary, std::string(70'000, 'b'));
  const auto binary = client.read();
  CHECK(binary.kind == Kind::binary);
  CHECK(binary.payload == std::string(70'000, 'b'));
  client.send(Opcode::close, close_payload(CloseCode::going_away, "done"));
  CHECK(client.read().is_close(CloseCode::going_away));
  CHECK(client.socket.at_end());
  const auto seen = f.echo.close_seen();
  CHECK(seen.code == CloseCode::going_away);
  CHECK(seen.reason == "done");
}

TEST_CASE("ws endpoint: frames behind the handshake, in one piece with it") {
  Fixture f;
  Client client{f.port()};
  client.socket.send(test::handshake("/ws") + test::frame(Opcode::text, "first") +
                     test::frame(Opcode::text, "second"));
  CHECK(client.socket.read().status == 101);
  CHECK(client.read().is_text("first"));
  CHECK(client.read().is_text("second"));
}

TEST_CASE("ws endpoint: messages and a close from another thread") {
  Fixture f;
  Client client{f.port(), "/ws"};
  const auto peer = f.echo.peer();
  CHECK(peer.open());
  CHECK(peer.send(Message::text("one")) == Sent::queued);
  CHECK(peer.send(Message::text("two")) == Sent::queued);
  peer.close(CloseCode::policy_violation, "a newer connection");
  CHECK_FALSE(peer.open());
  CHECK(peer.send(Message::text("three")) == Sent::closed);
  CHECK(client.read().is_text("one"));
  CHECK(client.read().is_text("two"));
  CHECK(client.read().is_close(CloseCode::policy_violation));
  client.send(Opcode::close, close_payload(CloseCode::policy_violation, ""));
  CHECK(client.socket.at_end());
  CHECK(f.echo.close_seen().reason == "a newer connection");
}

TEST_CASE("ws endpoint: refused by any answer, also by one that comes later") {
  Fixture f;
  Client plain{f.port()};
  plain.socket.send("GET /ws HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(plain.socket.read().has("upgrade_required"));
  CHECK(plain.open("/nowhere").status == 404);
  plain.socket.send(test::handshake("/later"));
  f.deferred.get_future().wait();
  f.later->complete([](http::Response& response) {
    http::problem(response, 401, "who_are_you", "sign in");
    response.header("WWW-Authenticate", "Basic realm=\"x\"");
  });
  CHECK(plain.socket.read().has("WWW-Authenticate"));
  CHECK(plain.open("/ws").status == 101);
}

TEST_CASE("ws endpoint: upgraded by an answer that comes later, with frames that came before") {
  Fixture f;
  Client client{f.port()};
  client.socket.send(test::handshake("/later") + test::frame(Opcode::text, "early"));
  f.deferred.get_future().wait();
  f.later->complete(
      [&f](http::Response& response) { upgrade(*f.later_request, response, f.echo); });
  CHECK(client.socket.read().status == 101);
  CHECK(client.read().is_text("early"));
}

TEST_CASE("ws endpoint: closes by the application, by a violation, by an exception") {
  Fixture f;
  Client app{f.port(), "/ws"};
  app.send_text("bye");
  app.send_text("not answered any more");
  CHECK(parse_close(app.read().payload).payload.reason == "as you wish");
  app.send(Opcode::close, {});
  CHECK(app.socket.at_end());
  Client bad{f.port(), "/ws"};
  bad.socket.send(std::string_view{"\xff\xff", 2});
  CHECK(bad.read().is_close(CloseCode::protocol_error));
  CHECK(bad.socket.gone());
  Client unlucky{f.port(), "/ws"};
  unlucky.send_text("fail");
  CHECK(unlucky.read().is_close(CloseCode::internal_error));
}

TEST_CASE("ws endpoint: a connection that breaks off is closed abnormally") {
  Fixture f;
  { Client client{f.port(), "/ws"}; }
  CHECK(f.echo.close_seen().code == CloseCode::abnormal);
  CHECK(eventually([&] { return f.server->stats().connections_open == 0; }));
  CHECK_FALSE(f.echo.peer().open());
}

TEST_CASE("ws endpoint: pings answered; a client that says nothing is pinged, then cut off") {
  Fixture f{quick()};
  Client client{f.port(), "/ws"};
  client.send(Opcode::ping, "are you there");
  Received got = client.read();
  while (got.event == FrameReader::Event::ping) got = client.read();
  CHECK(got.event == FrameReader::Event::pong);
  CHECK(got.payload == "are you there");
  for (int i = 0; i < 3; ++i) {
    CHECK(client.read().event == FrameReader::Event::ping);
    client.send(Opcode::pong, {});
  }
  CHECK(client.socket.gone());
  const auto seen = f.echo.close_seen();
  CHECK(seen.code == CloseCode::abnormal);
  CHECK(seen.reason == "no answer to a ping");
}

TEST_CASE("ws endpoint: a lost client is noticed within silence_max(), and not much sooner") {
  Settings settings;
  settings.limits.ping_interval = Millis{200};
  settings.limits.pong_timeout = Millis{100};
  Fixture f{settings};
  const auto before = f.clock.steady();
  Client client{f.port(), "/ws"};
  client.send_text("the last that it says");
  CHECK(client.socket.gone());
  const auto took = f.clock.steady() - before;
  // What it said spares it the first ping.
  CHECK(took >= Millis{2 * 200 + 100});
  REQUIRE(silence_max(settings.limits).has_value());
  CHECK(took <= *silence_max(settings.limits));
  CHECK(*silence_max(settings.limits) == Millis{2 * 200 + 100 + 3 * 2'000});  // ticks of a second
  settings.limits.ping_interval = Millis{0};
  CHECK_FALSE(silence_max(settings.limits).has_value());
}

TEST_CASE("ws endpoint: a client that does not answer our close is cut off") {
  Fixture f{quick()};
  Client client{f.port(), "/ws"};
  client.send_text("bye");
  CHECK(client.socket.gone());
  CHECK(f.echo.close_seen().reason == "as you wish");
}

TEST_CASE("ws endpoint: drained with 1001, retired with 1012, behind what was queued") {
  Fixture f;
  Client first{f.port(), "/ws"};
  std::thread retiring{[&] { f.server->retire(Millis{10'000}); }};
  CHECK(first.read().is_close(CloseCode::service_restart));
  first.send(Opcode::close, {});
  first.socket.close();
  retiring.join();
  Client second{f.port(), "/ws"};
  const auto peer = f.echo.peer(1);
  CHECK(peer.send(Message::text("before")) == Sent::queued);
  std::thread draining{[&] { f.server->drain(Millis{10'000}); }};
  CHECK(second.read().is_text("before"));
  CHECK(second.read().is_close(CloseCode::going_away));
  second.send(Opcode::close, {});
  second.socket.close();
  draining.join();
  CHECK(f.server->stats().connections_open == 0);
}

TEST_CASE("ws endpoint: a server that stops closes what is left; its peers stay usable") {
  Fixture f;
  Client client{f.port(), "/ws"};
  const auto peer = f.echo.peer();
  f.server->stop();
  CHECK(f.echo.close_seen().code == CloseCode::abnormal);
  CHECK(peer.send(Message::text("late")) == Sent::closed);
  peer.close(CloseCode::normal);
}

TEST_CASE("ws endpoint: a slow reader is closed with 1013 when its queue is full") {
  Fixture f{narrow(Overflow::close)};
  Client client{f.port(), http::test::ReceiveBuffer{4'096}};
  CHECK(client.open("/ws").status == 101);
  const auto peer = f.echo.peer();
  CHECK(fill(peer) == Sent::closed);
  CHECK_FALSE(peer.open());
  Received got = client.read();
  while (got.event == FrameReader::Event::message) got = client.read();
  CHECK(got.is_close(CloseCode::try_again_later));
}

TEST_CASE("ws endpoint: a slow reader's sender is told, and told again when there is room") {
  Fixture f{narrow(Overflow::tell)};
  Client client{f.port(), http::test::ReceiveBuffer{4'096}};
  CHECK(client.open("/ws").status == 101);
  const auto peer = f.echo.peer();
  CHECK(fill(peer) == Sent::full);
  CHECK(peer.open());
  CHECK(peer.queued_bytes() <= 300'000);
  CHECK(client.read().payload.size() == 32U << 20U);
  while (f.echo.rooms == 0) CHECK(client.read().payload.size() == 100'000);
  CHECK(peer.send(Message::text("the newest")) == Sent::queued);
  Received got = client.read();
  while (got.kind == Kind::binary) got = client.read();
  CHECK(got.is_text("the newest"));
  CHECK(peer.queued_bytes() == 0);
}

TEST_CASE("ws endpoint: a client that does not read is not read from, and nothing is lost") {
  Fixture f{narrow(Overflow::close)};
  Client client{f.port(), http::test::ReceiveBuffer{4'096}};
  CHECK(client.open("/ws").status == 101);
  constexpr int count = 200;
  std::thread sending{[&] {
    for (int i = 0; i < count; ++i) {
      client.send_text(std::string(50'000, static_cast<char>('a' + i % 26)));
    }
  }};
  int good = 0;
  for (int i = 0; i < count; ++i) {
    good += client.read().is_text(std::string(50'000, static_cast<char>('a' + i % 26))) ? 1 : 0;
  }
  sending.join();
  CHECK(good == count);
}

TEST_CASE("ws endpoint: of pings that wait only the newest is answered") {
  Fixture f{narrow(Overflow::tell)};
  Client client{f.port(), http::test::ReceiveBuffer{4'096}};
  CHECK(client.open("/ws").status == 101);
  block(f.echo.peer());
  for (int i = 0; i < 50; ++i) client.send(Opcode::ping, std::to_string(i));
  client.send(Opcode::ping, "last");
  int pongs = 0;
  Received got = client.read();
  for (; got.payload != "last"; got = client.read()) {
    REQUIRE(got.event != FrameReader::Event::need_more);
    pongs += got.event == FrameReader::Event::pong ? 1 : 0;
  }
  CHECK(pongs < 50);
}

TEST_CASE("ws endpoint: one batch for many connections on several threads, each in its order") {
  Settings settings;
  settings.compressed_bytes_min = 10;
  Fixture f{settings, 3};
  constexpr std::size_t count = 40;
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i < count; ++i) {
    // Half of them take compressed messages.
    clients.push_back(std::make_unique<Client>(
        f.port(), "/ws", i % 2 ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : ""));
  }
  (void)f.echo.peer(count - 1);
  Batch batch;
  for (int round = 0; round < 5; ++round) {
    const auto message = Message::text("round " + std::to_string(round) + std::string(100, '.'));
    for (std::size_t i = 0; i < count; ++i)
      CHECK(batch.add(f.echo.peer(i), message) == Sent::queued);
    if (round % 2) batch.send();
  }
  batch.send();
  Inflater inflater;
  for (std::size_t i = 0; i < count; ++i) {
    for (int round = 0; round < 5; ++round) {
      auto got = clients[i]->read();
      CHECK(got.compressed == (i % 2 == 1));
      std::string text = got.payload;
      if (got.compressed) {
        CHECK(inflater.inflate(got.payload, 1'000, text) == Inflater::Outcome::ok);
      }
      CHECK(text == "round " + std::to_string(round) + std::string(100, '.'));
    }
  }
}

TEST_CASE("ws endpoint: peers used by several threads while connections come and go") {
  Fixture f{{}, 2};
  std::atomic<bool> over = false;
  std::vector<std::thread> senders;
  for (int t = 0; t < 2; ++t) {
    senders.emplace_back([&] {
      Batch batch;
      while (!over) {
        for (const auto& peer : f.echo.peers()) {
          batch.add(peer, Message::text("to all"));
          if (peer.queued_bytes() > 1'000) peer.close(CloseCode::policy_violation);
        }
        batch.send();
      }
    });
  }
  for (int i = 0; i < 30; ++i) {
    Client client{f.port(), "/ws"};
    client.send_text("mine");
    (void)client.read();
  }
  over = true;
  for (auto& sender : senders) sender.join();
}

TEST_CASE("ws endpoint: a compressed message is inflated within the limit, and no further") {
  Settings settings;
  settings.limits.message_bytes_max = 100'000;
  Fixture f{settings};
  Deflater deflater;
  const auto compressed = [&](std::string_view text) {
    std::string out;
    deflater.deflate(text, out);
    return out;
  };
  const auto offer = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
  Client client{f.port(), "/ws", offer};
  CHECK(client.answer.has("permessage-deflate"));
  client.socket.send(test::frame(Opcode::text, compressed("small"), true, true));
  CHECK(client.read().is_text("small"));
  client.socket.send(test::frame(Opcode::text, compressed(std::string(100'001, 'a')), true, true));
  CHECK(client.read().is_close(CloseCode::message_too_big));
  Client bad_text{f.port(), "/ws", offer};
  bad_text.socket.send(test::frame(Opcode::text, compressed("\xff"), true, true));
  CHECK(bad_text.read().is_close(CloseCode::invalid_payload));
  Client bad_data{f.port(), "/ws", offer};
  bad_data.socket.send(test::frame(Opcode::text, "\xff\xff", true, true));
  CHECK(bad_data.read().is_close(CloseCode::invalid_payload));
}

}  // namespace mainstay::ws::endpoint_test
