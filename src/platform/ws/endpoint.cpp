#include "platform/ws/endpoint.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/check.hpp"
#include "platform/http/same_origin.hpp"
#include "platform/ws/handshake.hpp"
#include "platform/ws/session.hpp"

namespace mainstay::ws {

// --- Connection

Peer Connection::peer() const { return Peer{Ref<Session>{session_}}; }

Sent Connection::send(std::string_view payload, Kind kind) { return session_.send(payload, kind); }

Sent Connection::send(const Message& message) { return session_.send(message); }

void Connection::close(CloseCode code, std::string_view reason) { session_.close(code, reason); }

Context* Connection::context() const { return session_.context(); }

// --- Endpoint

bool Endpoint::admits_origin(const http::Request& request) const {
  return http::is_from_here(request);
}

void Endpoint::on_open(Connection&) {}
void Endpoint::on_room(Connection&) {}
void Endpoint::on_close(Connection&, const Closed&) {}

// --- The upgrade

namespace {

void refuse(const Handshake::Refusal& refusal, http::Response& response) {
  http::problem(response, refusal.status, refusal.code, refusal.detail);
  response.promise_nothing();
  if (refusal.status != 426) return;
  response.header_block("Upgrade: websocket\r\nConnection: Upgrade\r\n");  // RFC 9110 15.5.22
  response.header_block("Sec-WebSocket-Version: 13\r\n");
}

}  // namespace

std::vector<std::string_view> offered_subprotocols(const http::Request& request) {
  return list_elements(request, "Sec-WebSocket-Protocol");
}

bool upgrade(const http::Request& request, http::Response& response, Endpoint& endpoint,
             Acceptance acceptance) {
  auto handshake = parse_handshake(request);
  if (!handshake.refusal && !endpoint.admits_origin(request)) {
    handshake.refusal = {403, "origin_refused", "pages of this origin may not connect"};
  }
  if (handshake.refusal) {
    refuse(*handshake.refusal, response);
    return false;
  }
  if (!endpoint.settings().compress) handshake.deflate.reset();
  response.header_block("Upgrade: websocket\r\nConnection: Upgrade\r\n");
  response.header("Sec-WebSocket-Accept", accept_value(handshake.key));
  if (!acceptance.subprotocol.empty()) {
    MS_CHECK(std::ranges::count(offered_subprotocols(request), acceptance.subprotocol) > 0);
    response.header("Sec-WebSocket-Protocol", acceptance.subprotocol);
  }
  if (handshake.deflate) {
    response.header("Sec-WebSocket-Extensions", answer_to(*handshake.deflate));
  }
  auto session =
      std::make_unique<Session>(endpoint, std::move(acceptance.context), handshake.deflate);
  response.upgrade(http::UpgradedPtr{session.release()});
  return true;
}

}  // namespace mainstay::ws
