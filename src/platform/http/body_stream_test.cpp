#include "platform/http/body_stream.hpp"

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "platform/http/server.hpp"
#include "platform/http/test_client.hpp"

namespace mainstay::http::body_stream_test {
namespace {

using test::Client;

/// A server whose /news streams; the test sends on what begin() gave.
struct Fixture {
  Router router;
  ServerOptions options;
  MachineClock clock;
  std::promise<std::shared_ptr<BodyStream>> begun;
  std::promise<void> closed;
  std::size_t unsent_bytes_max = 1U << 20U;
  std::optional<Server> server;  // ends first: its threads use what is above

  Fixture() {
    options.threads = 1;
    router.add(Method::get, "/news", [this](const Request& request, Response& response) {
      BodyStreamOptions stream;
      stream.unsent_bytes_max = unsent_bytes_max;
      stream.on_closed = [this] { closed.set_value(); };
      response.header("X-Kept", "yes");
      auto made = BodyStream::begin(request, response, std::move(stream));
      if (made) made->send("first\n");
      begun.set_value(std::move(made));
    });
    Listener listener;
    listener.port = 0;
    listener.router = &router;
    options.listeners.push_back(listener);
    server.emplace(options, clock);
    const auto started = server->start();
    REQUIRE(started.has_value());
  }
};

/// Everything until `end` has come.
std::string read_until(Client& client, std::string_view end) {
  std::string all;
  while (all.find(end) == std::string::npos) {
    const std::string some = client.read_some();
    if (some.empty()) break;
    all += some;
  }
  return all;
}

}  // namespace

TEST_CASE("body stream: pieces leave as chunks, whoever sends them; the end ends the connection") {
  Fixture f;
  Client client{f.server->port()};
  client.send("GET /news HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto stream = f.begun.get_future().get();
  const std::string head = read_until(client, "first\n\r\n");
  CHECK(head.find("HTTP/1.1 200 OK\r\n") == 0);
  CHECK(head.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
  CHECK(head.find("Content-Type: text/event-stream\r\n") != std::string::npos);
  CHECK(head.find("X-Kept: yes\r\n") != std::string::npos);
  CHECK(head.find("Content-Length") == std::string::npos);
  CHECK(head.find("\r\n\r\n6\r\nfirst\n\r\n") != std::string::npos);

  CHECK(stream->send(""));  // nothing, and no end
  CHECK(stream->send("twelve bytes"));
  CHECK(read_until(client, "bytes\r\n") == "c\r\ntwelve bytes\r\n");
  stream->end();
  CHECK_FALSE(stream->is_open());
  CHECK_FALSE(stream->send("too late"));
  CHECK(read_until(client, "0\r\n\r\n") == "0\r\n\r\n");
  CHECK(client.at_end());
}

TEST_CASE("body stream: HTTP/1.0 gets it bare, HEAD only the head") {
  Fixture f;
  {
    Client old{f.server->port()};
    old.send("GET /news HTTP/1.0\r\n\r\n");
    const auto stream = f.begun.get_future().get();
    stream->end();
    const std::string all = read_until(old, "first\n");
    CHECK(all.find("chunked") == std::string::npos);
    CHECK(all.substr(all.size() - 10) == "\r\n\r\nfirst\n");
    CHECK(old.at_end());
  }
  f.closed.get_future().wait();
  f.begun = {};
  Client client{f.server->port()};
  client.send("HEAD /news HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(f.begun.get_future().get() == nullptr);
  CHECK(client.read(true).status == 200);
}

TEST_CASE("body stream: who goes is told of; who does not read is cut off") {
  SUBCASE("the client goes") {
    Fixture f;
    std::optional<Client> client{std::in_place, f.server->port()};
    client->send("GET /news HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto stream = f.begun.get_future().get();
    client.reset();
    f.closed.get_future().wait();
    CHECK_FALSE(stream->send("nobody hears"));
  }
  SUBCASE("the client is slow") {
    Fixture f;
    f.unsent_bytes_max = 64U << 10U;
    Client client{f.server->port(), test::ReceiveBuffer{4096}};
    client.send("GET /news HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto stream = f.begun.get_future().get();
    const std::string piece(16U << 10U, 'x');
    CHECK(test::eventually([&] { return !stream->send(piece); }));
    f.closed.get_future().wait();
  }
}

}  // namespace mainstay::http::body_stream_test
