#include "platform/ws/endpoint.hpp"

#include <atomic>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "base/locked.hpp"
#include "platform/http/server.hpp"
#include "platform/ws/test_client.hpp"

namespace mainstay::ws {
namespace {

using http::test::eventually;
using test::Client;

/// Echoes, and tells the test what happened.
class Echo : public Endpoint {
 public:
  explicit Echo(Settings settings = {}) : Endpoint(settings) {}

  void on_open(Connection& connection) override {
    auto peers = peers_.lock();
    peers->push_back(connection.peer());
  }
  void on_message(Connection& connection, std::string_view payload, Kind kind) override {
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
  explicit Fixture(Settings settings = {}) : echo(settings) {
    options.threads = 1;
    options.limits.idle_timeout = Millis{40};  // short ticks; of no concern to an upgraded one
    router.add(http::Method::get, "/ws",
               [this](const http::Request& request, http::Response& response) {
                 upgrade(request, response, echo);
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
  std::optional<http::Server> server;
};

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

}  // namespace mainstay::ws
