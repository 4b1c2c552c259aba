#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "platform/http/server.hpp"
#include "platform/http/test_client.hpp"
#include "platform/tls/context.hpp"
#include "platform/tls/test_certificates.hpp"

namespace mainstay::http::server_tls_test {
namespace {

using test::Client;
using test::eventually;
using test::get_root;

/// A server with one TLS listener, and its authority.
struct Fixture {
  tls::test::Authority authority;
  Router router;
  ServerOptions options;
  MachineClock clock;
  std::optional<Server> server;
  std::shared_ptr<tls::ClientContext> client_context;

  Fixture() {
    router.add(Method::get, "/", [](const Request& request, Response& response) {
      response.body() = request.tls ? "root" : "not over TLS";
    });
    router.add(Method::post, "/echo",
               [](const Request& request, Response& response) { response.body() = request.body; });
    const tls::test::TemporaryFile roots{authority.pem()};
    auto made = tls::ClientContext::load({roots.path()});
    REQUIRE(made.has_value());
    client_context = *std::move(made);
  }

  void start() {
    const auto issued = authority.issue();
    const tls::test::TemporaryFile certificate{issued.certificate};
    const tls::test::TemporaryFile key{issued.key};
    auto context = tls::ServerContext::load({certificate.path(), key.path()});
    REQUIRE(context.has_value());
    Listener listener;
    listener.port = 0;
    listener.router = &router;
    listener.tls = *std::move(context);
    options.threads = 1;
    options.listeners.push_back(listener);
    server.emplace(options, clock);
    REQUIRE(server->start().has_value());
  }
};

class SecureClient {
 public:
  explicit SecureClient(Fixture& f)
      : socket_(f.server->port()), channel_(f.client_context->connect("localhost")) {
    std::string wire;
    CHECK(channel_.start(wire).has_value());
    socket_.send(wire);
    while (!channel_.established() && receive()) {
    }
  }

  void send(std::string_view plain) {
    std::string wire;
    CHECK(channel_.send(plain, wire).has_value());
    socket_.send(wire);
  }
  /// Everything up to and with `end`; less when the connection ends first.
  std::string read_through(std::string_view end) {
    std::size_t at = 0;
    while ((at = plain_.find(end)) == std::string::npos) {
      if (!receive()) return std::exchange(plain_, {});
    }
    auto text = plain_.substr(0, at + end.size());
    plain_.erase(0, at + end.size());
    return text;
  }
  bool ended_in_order() {
    while (receive()) {
    }
    return channel_.finished();
  }

 private:
  bool receive() {
    const auto bytes = socket_.read_some();
    if (bytes.empty()) return false;
    std::string wire;
    const auto received = channel_.receive(as_bytes(bytes), plain_, wire);
    socket_.send(wire);
    return received.has_value();
  }

  Client socket_;
  tls::Channel channel_;
  std::string plain_;
};

}  // namespace

TEST_CASE("server over TLS: pipelined requests and long bodies, answered in order") {
  Fixture f;
  f.start();
  SecureClient client{f};
  const std::string body(1'000'000, 'x');
  client.send(std::string{get_root} +
              "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000003\r\n\r\n" + body +
              "endGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  CHECK(client.read_through("root").starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(client.read_through("end").ends_with("\r\n\r\n" + body + "end"));
  CHECK(client.read_through("root").find("Connection: close\r\n") != std::string::npos);
  CHECK(client.ended_in_order());  // close_notify came
}

TEST_CASE("server over TLS: refusals, readable before the end") {
  Fixture f;
  f.options.limits.body_bytes_max = 1'000;
  f.start();
  SecureClient client{f};
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\n" +
              std::string(90'000, 'x'));
  CHECK(client.read_through("body_too_large").starts_with("HTTP/1.1 413 "));
  CHECK(client.ended_in_order());
}

TEST_CASE("server over TLS: more clients than allowed, 503 after the handshake") {
  Fixture f;
  f.options.limits.connections_max = 1;
  f.start();
  SecureClient first{f};
  SecureClient second{f};
  second.send(get_root);
  CHECK(second.read_through("too_many_connections").starts_with("HTTP/1.1 503 "));
  first.send(get_root);
  CHECK(first.read_through("root").starts_with("HTTP/1.1 200 "));
}

TEST_CASE("server over TLS: drained, an idle client is told the end in order") {
  Fixture f;
  f.start();
  SecureClient idle{f};
  idle.send(get_root);
  CHECK(idle.read_through("root").starts_with("HTTP/1.1 200 "));
  f.server->drain(Millis{10'000});
  CHECK(idle.ended_in_order());
}

TEST_CASE("server over TLS: no handshake in time or none at all, closed") {
  Fixture f;
  f.options.limits.head_timeout = Millis{60};
  f.start();
  Client silent{f.server->port()};
  CHECK(silent.gone());
  Client plain{f.server->port()};
  plain.send(get_root);
  CHECK(plain.gone());
  CHECK(eventually([&] { return f.server->stats().connections_open == 0; }));
  CHECK(f.server->stats().requests == 0);
}

}  // namespace mainstay::http::server_tls_test
