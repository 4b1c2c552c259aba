#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "platform/http/test_client.hpp"
#include "platform/ws/frame.hpp"
#include "platform/ws/frame_reader.hpp"

/// A WebSocket client that sends and sees the frames. For tests.
namespace mainstay::ws::test {

inline constexpr MaskKey mask{0x37, 0xFA, 0x21, 0x3D};

inline std::string handshake(std::string_view path, std::string_view more = {}) {
  return std::string{"GET "}
      .append(path)
      .append(
          " HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")
      .append(more)
      .append("\r\n");
}

inline std::string frame(Opcode opcode, std::string_view payload, bool final = true,
                         bool compressed = false) {
  std::string out;
  append_frame(out, {opcode, final, compressed, mask}, payload);
  return out;
}

/// What came: a message or a control frame.
struct Received {
  FrameReader::Event event = FrameReader::Event::need_more;  // the connection ended
  std::string payload = {};
  Kind kind = Kind::text;
  bool compressed = false;

  [[nodiscard]] bool is_text(std::string_view text) const {
    return event == FrameReader::Event::message && kind == Kind::text && payload == text;
  }
  [[nodiscard]] bool is_close(CloseCode code) const {
    return event == FrameReader::Event::close && parse_close(payload).payload.code == code;
  }
};

class Client {
 public:
  explicit Client(std::uint16_t port, http::test::ReceiveBuffer buffer = {})
      : socket(port, buffer) {}
  Client(std::uint16_t port, std::string_view path, std::string_view more = {}) : socket(port) {
    open(path, more);
  }

  /// The answer to the handshake.
  http::test::Answer open(std::string_view path, std::string_view more = {}) {
    socket.send(handshake(path, more));
    return answer = socket.read();
  }
  void send(Opcode opcode, std::string_view payload) { socket.send(frame(opcode, payload)); }
  void send_text(std::string_view text) { send(Opcode::text, text); }

  /// The next message or control frame.
  Received read() {
    for (;;) {
      const auto event = reader_.next(unread_, rules);
      if (event != FrameReader::Event::need_more) {
        return {event, std::string{reader_.payload()}, reader_.kind(), reader_.compressed()};
      }
      input_ = socket.read_some();
      if (input_.empty()) return {};
      unread_ = input_;
    }
  }

  http::test::Client socket;
  http::test::Answer answer;
  FrameReader::Rules rules{Sender::server, true, 64U << 20U};

 private:
  std::string input_;
  std::span<char> unread_;
  FrameReader reader_;
};

}  // namespace mainstay::ws::test
