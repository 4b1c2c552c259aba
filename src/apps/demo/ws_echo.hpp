#pragma once

#include "platform/http/router.hpp"
#include "platform/ws/endpoint.hpp"

namespace mainstay::demo {

/// GET /demo/ws: sends back each message. The text `close CODE REASON` makes it close, with any
/// code that may be sent.
class WsEcho final : public ws::Endpoint {
 public:
  WsEcho();

  /// Must outlive the router's server.
  void register_routes(http::Router& router);

  void on_message(ws::Connection& connection, std::string_view payload, ws::Kind kind) override;
};

}  // namespace mainstay::demo
