#include "platform/ws/handshake.hpp"

#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "platform/ws/endpoint.hpp"

namespace mainstay::ws::handshake_test {
namespace {

struct Silent final : Endpoint {
  using Endpoint::Endpoint;
  void on_message(Connection&, std::string_view, Kind) override {}
};

const std::vector<http::Header> good{{"Host", "here"},
                                     {"Upgrade", "h2c, WebSocket"},
                                     {"Connection", "keep-alive, Upgrade"},
                                     {"Sec-WebSocket-Version", "13"},
                                     {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};

struct Answered {
  bool upgraded;
  int status;
  std::string body;
  std::string head;
};

Answered answer(std::vector<http::Header> headers, std::string_view without = {},
                std::string_view subprotocol = {}) {
  std::erase_if(headers, [&](const auto& header) { return header.name == without; });
  http::Request request;
  request.headers = headers;
  http::Response response;
  Silent endpoint{Settings{}};
  const bool upgraded = upgrade(request, response, endpoint, {.subprotocol = subprotocol});
  CHECK(upgraded == response.upgrades());
  return {upgraded, response.status(), response.body(), response.header_lines()};
}

std::vector<http::Header> with(std::string_view name, std::string_view value) {
  auto headers = good;
  headers.push_back({name, value});
  return headers;
}

}  // namespace

TEST_CASE("handshake: the example of RFC 6455 1.3") {
  const auto got = answer(good);
  CHECK(got.upgraded);
  CHECK(got.head ==
        "Upgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
}

TEST_CASE("handshake: no upgrade to WebSocket 13 is 426, with what would be one") {
  for (const auto* missing : {"Upgrade", "Connection", "Sec-WebSocket-Version"}) {
    const auto got = answer(good, missing);
    CHECK(got.status == 426);
    CHECK(got.head.find("Upgrade: websocket\r\n") != std::string::npos);
    CHECK(got.head.find("Sec-WebSocket-Version: 13\r\n") != std::string::npos);
  }
  auto old = good;
  old[3].value = "8";
  CHECK(answer(old).body.find("websocket_version") != std::string::npos);
  CHECK(answer(with("Sec-WebSocket-Version", "13")).status == 426);
  http::Request request;
  request.headers = good;
  request.method = http::Method::post;
  CHECK(parse_handshake(request).refusal->status == 426);
  request.method = http::Method::get;
  request.http_1_1 = false;
  CHECK(parse_handshake(request).refusal->status == 426);
}

TEST_CASE("handshake: a key that is missing, repeated or not 16 bytes is 400") {
  CHECK(answer(good, "Sec-WebSocket-Key").status == 400);
  CHECK(answer(with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")).status == 400);
  for (const auto* key : {"", "dGhlIHNhbXBsZSBub25jZ", "AAAA", "dGhlIHNhbXBsZSBub25jZQ=!"}) {
    auto headers = good;
    headers[4].value = key;
    CHECK(answer(headers).status == 400);
  }
}

TEST_CASE("handshake: extensions over several lines; a broken list is 400") {
  auto headers = with("Sec-WebSocket-Extensions", "foo");
  headers.push_back({"sec-websocket-extensions", "permessage-deflate; server_max_window_bits=10"});
  CHECK(answer(headers).head.find(
            "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
            "client_no_context_takeover; server_max_window_bits=10\r\n") != std::string::npos);
  CHECK(answer(with("Sec-WebSocket-Extensions", "a; b=")).status == 400);
}

TEST_CASE("handshake: subprotocols, the client's order, the application's choice") {
  auto headers = with("Sec-WebSocket-Protocol", "ocpp2.0.1, ocpp1.6");
  headers.push_back({"Sec-WebSocket-Protocol", "x"});
  http::Request request;
  request.headers = headers;
  CHECK(offered_subprotocols(request) ==
        std::vector<std::string_view>{"ocpp2.0.1", "ocpp1.6", "x"});
  CHECK(answer(headers, {}, "ocpp1.6").head.find("Sec-WebSocket-Protocol: ocpp1.6\r\n") !=
        std::string::npos);
  CHECK(answer(headers).head.find("Sec-WebSocket-Protocol") == std::string::npos);
}

TEST_CASE("handshake: a page of another site is 403, ours and programs may") {
  CHECK(answer(with("Origin", "https://there")).status == 403);
  CHECK(answer(with("Origin", "https://here")).upgraded);
  CHECK(answer(good).upgraded);
}

}  // namespace mainstay::ws::handshake_test
