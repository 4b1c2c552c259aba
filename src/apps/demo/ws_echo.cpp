#include "apps/demo/ws_echo.hpp"

#include <cstdint>
#include <optional>

#include "base/text.hpp"

namespace mainstay::demo {
namespace {

constexpr std::string_view close_command = "close ";

struct Close {
  ws::CloseCode code;
  std::string_view reason;
};

/// `close CODE REASON`; nothing when it is any other text.
std::optional<Close> parse_close(std::string_view text) {
  if (!text.starts_with(close_command)) return std::nullopt;
  text.remove_prefix(close_command.size());
  const auto code_text = text.substr(0, text.find(' '));
  const auto number = parse_u64(code_text);
  if (!number || *number > UINT16_MAX) return std::nullopt;
  const auto code = static_cast<ws::CloseCode>(*number);
  if (!ws::may_be_sent(code)) return std::nullopt;
  text.remove_prefix(code_text.size());
  return Close{code, trimmed(text)};
}

}  // namespace

WsEcho::WsEcho() : Endpoint({}) {}

void WsEcho::register_routes(http::Router& router) {
  router.add(http::Method::get, "/demo/ws",
             [this](const http::Request& request, http::Response& response) {
               const auto offered = ws::offered_subprotocols(request);
               ws::Acceptance acceptance;
               if (!offered.empty()) acceptance.subprotocol = offered.front();
               ws::upgrade(request, response, *this, std::move(acceptance));
             });
}

void WsEcho::on_message(ws::Connection& connection, std::string_view payload, ws::Kind kind) {
  if (const auto close = parse_close(payload)) return connection.close(close->code, close->reason);
  connection.send(payload, kind);
}

}  // namespace mainstay::demo
