#include "platform/ws/handshake.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const mainstay::http::Header headers[]{{"Upgrade", "websocket"},
                                         {"Connection", "upgrade"},
                                         {"Sec-WebSocket-Version", "13"},
                                         {"Sec-WebSocket-Key", text.substr(0, 24)},
                                         {"Sec-WebSocket-Extensions", text.substr(text.size() / 2)},
                                         {"Sec-WebSocket-Extensions", text}};
  mainstay::http::Request request;
  request.headers = headers;
  mainstay::ws::parse_handshake(request);
  return 0;
}
