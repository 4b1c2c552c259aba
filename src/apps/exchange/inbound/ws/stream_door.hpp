#pragma once

#include <atomic>
#include <cstddef>
#include <string>

#include "apps/exchange/inbound/ws/hub.hpp"
#include "base/clock.hpp"
#include "platform/http/router.hpp"
#include "platform/ws/endpoint.hpp"

namespace mainstay::exchange {

/// Streams over WebSocket, shaped like Binance's: /exchange/ws/NAME (or a listen key),
/// /exchange/stream?streams=A/B, and messages that subscribe to more.
class StreamDoor final : public ws::Endpoint {
 public:
  StreamDoor(StreamHub& hub, const Directory& directory, const ListenKeys& keys, const Clock& clock,
             ws::Limits limits = {});

  /// The door outlives the router.
  void register_routes(http::Router& router);

  /// Any thread.
  [[nodiscard]] std::size_t connections() const { return connections_.load(); }

  void on_open(ws::Connection& connection) override;
  void on_message(ws::Connection& connection, std::string_view payload, ws::Kind kind) override;
  void on_close(ws::Connection& connection, const ws::Closed& closed) override;

 private:
  struct Listening;
  void enter(const http::Request& request, http::Response& response, std::string_view names,
             bool combined);
  Result<StreamName> name_of(std::string_view text) const;
  void answer(ws::Connection& connection, std::string text);
  Result<std::string> carry_out(ws::Connection& connection, StreamRequest& request);

  StreamHub& hub_;
  const Directory& directory_;
  const ListenKeys& keys_;
  const Clock& clock_;
  std::atomic<std::size_t> connections_{0};
};

}  // namespace mainstay::exchange
