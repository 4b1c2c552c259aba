// Beast's WebSocket as the client: what it sends is what we say came, and the other way round.
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <doctest/doctest.h>

#include "base/random.hpp"
#include "platform/http/server.hpp"
#include "platform/ws/endpoint.hpp"

namespace mainstay::ws::beast_test {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Stream = beast::websocket::stream<asio::ip::tcp::socket>;

/// Sends each message back, as text and binary came.
struct Echo final : Endpoint {
  using Endpoint::Endpoint;
  void on_message(Connection& connection, std::string_view payload, Kind kind) override {
    connection.send(payload, kind);
  }
};

struct Fixture {
  Fixture() : echo(settings()) {
    router.add(http::Method::get, "/",
               [this](const http::Request& request, http::Response& response) {
                 upgrade(request, response, echo);
               });
    http::Listener listener;
    listener.port = 0;
    listener.router = &router;
    http::ServerOptions options;
    options.threads = 1;
    options.listeners.push_back(listener);
    server.emplace(options, clock);
    REQUIRE(server->start().has_value());
  }

  static Settings settings() {
    Settings settings;
    settings.compressed_bytes_min = 0;
    return settings;
  }

  Echo echo;
  http::Router router;
  MachineClock clock;
  std::optional<http::Server> server;
};

beast::websocket::permessage_deflate random_deflate(Random& random) {
  beast::websocket::permessage_deflate options;
  options.client_enable = random.below(4) > 0;
  options.server_max_window_bits = static_cast<int>(9 + random.below(7));
  options.client_max_window_bits = static_cast<int>(9 + random.below(7));
  options.server_no_context_takeover = random.below(2) == 0;
  options.client_no_context_takeover = random.below(2) == 0;
  options.compLevel = static_cast<int>(random.below(10));
  // Not msg_size_threshold: Beast 1.81 asks it for each fragment, and garbles the message when the
  // answers differ (npm's ws sees the same).
  return options;
}

/// Text of a few characters or of any ones, or bytes of any kind.
std::string random_message(Random& random, bool text) {
  static constexpr std::string_view pieces[] = {"a", "bcd", "\u00fc", "\u20ac", "\U0001f600", " "};
  const auto size = random.below(random.below(8) == 0 ? 100'000 : 600);
  const auto variety = 1 + random.below(6);
  std::string message;
  while (message.size() < size) {
    if (text) {
      message += pieces[random.below(variety)];
    } else {
      message += static_cast<char>(random.below(variety == 6 ? 256 : variety));
    }
  }
  return message;
}

void talk(std::uint16_t port, std::uint64_t seed) {
  Random random{seed};
  asio::io_context context;
  Stream stream{context};
  stream.next_layer().connect({asio::ip::make_address("127.0.0.1"), port});
  stream.set_option(random_deflate(random));
  stream.handshake("localhost", "/");
  stream.auto_fragment(random.below(2) == 0);
  stream.write_buffer_bytes(8 + random.below(5'000));
  int pongs = 0;
  stream.control_callback([&](beast::websocket::frame_type type, beast::string_view payload) {
    if (type == beast::websocket::frame_type::pong && payload == "still there?") ++pongs;
  });
  int pings = 0;
  for (int round = 0; round < 12; ++round) {
    const bool text = random.below(2) == 0;
    const auto message = random_message(random, text);
    stream.text(text);
    // By hand in fragments now and then, with a ping in between.
    const auto cut = random.below(3) == 0 ? random.below(message.size() + 1) : 0;
    if (cut > 0) {
      stream.write_some(false, asio::buffer(message.data(), cut));
      stream.ping("still there?");
      ++pings;
    }
    stream.write_some(true, asio::buffer(message.data() + cut, message.size() - cut));
    beast::flat_buffer buffer;
    stream.read(buffer);
    CHECK(stream.got_text() == text);
    const std::string_view got{static_cast<const char*>(buffer.data().data()), buffer.size()};
    CHECK((got == message));
  }
  CHECK(pongs == pings);
  stream.close({static_cast<beast::websocket::close_code>(3000 + seed % 1'000), "over"});
  CHECK(stream.reason().code == 3000 + seed % 1'000);
}

}  // namespace

TEST_CASE("ws and beast: random messages, fragments, windows, with compression and without") {
  Fixture f;
  for (std::uint64_t seed = 1; seed <= 15; ++seed) {
    CAPTURE(seed);
    talk(f.server->port(), seed);
  }
}

TEST_CASE("ws and beast: a violation of ours is what beast says it is") {
  Fixture f;
  asio::io_context context;
  Stream stream{context};
  stream.next_layer().connect({asio::ip::make_address("127.0.0.1"), f.server->port()});
  stream.handshake("localhost", "/");
  stream.text(true);
  stream.write(asio::buffer(std::string_view{"\xff\xfe"}));
  beast::flat_buffer buffer;
  boost::system::error_code error;
  stream.read(buffer, error);
  CHECK(error == beast::websocket::error::closed);
  CHECK(stream.reason().code == beast::websocket::close_code::bad_payload);
}

}  // namespace mainstay::ws::beast_test
