#pragma once

#include <arpa/inet.h>
#include <cerrno>
#include <cstdint>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "base/clock.hpp"

/// A client that sees the bytes. For tests.
namespace mainstay::http::test {

inline constexpr std::string_view get_root = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

struct Answer {
  int status = 0;
  std::string head;
  std::string body;
  [[nodiscard]] bool has(std::string_view text) const {
    return head.find(text) != std::string::npos || body.find(text) != std::string::npos;
  }
};

/// The kernel's receive buffer, and the largest segment, which the sender's buffer grows with; 0
/// for the usual ones.
struct ReceiveBuffer {
  int bytes = 0;
  int segment_bytes = 0;
};

/// A blocking client that sends and reads bytes; every wait ends after ten seconds.
class Client {
 public:
  explicit Client(ReceiveBuffer buffer = {}) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval limit{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (buffer.bytes > 0) {
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &buffer.bytes, sizeof buffer.bytes);
    }
    if (buffer.segment_bytes > 0) {
      ::setsockopt(fd_, IPPROTO_TCP, TCP_MAXSEG, &buffer.segment_bytes, sizeof(int));
    }
  }
  explicit Client(std::uint16_t port, ReceiveBuffer buffer = {}) : Client(buffer) { connect(port); }
  ~Client() { close(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void connect(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    connected = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  void end_output() { ::shutdown(fd_, SHUT_WR); }

  bool send(std::string_view text) {
    while (!text.empty()) {
      const auto count = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  /// Up to the next answer with its body (none after HEAD). Status 0: the connection ended first.
  Answer read(bool after_head = false) {
    Answer answer;
    std::size_t end = 0;
    while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
      if (!read_more()) return answer;
    }
    answer.head = input_.substr(0, end + 4);
    input_.erase(0, end + 4);
    answer.status = std::stoi(answer.head.substr(9, 3));
    std::size_t length = 0;
    if (const auto at = answer.head.find("Content-Length: "); at != std::string::npos) {
      length = std::stoul(answer.head.substr(at + 16));
    }
    if (after_head) length = 0;
    while (input_.size() < length) {
      if (!read_more()) return {};
    }
    answer.body = input_.substr(0, length);
    input_.erase(0, length);
    return answer;
  }

  /// The server ended the connection in order, with nothing more to read.
  bool at_end() { return input_.empty() && !read_more() && ended_; }
  /// It is over, by an end or by a reset.
  bool gone() {
    while (read_more()) input_.clear();
    return ended_ || failure_ == ECONNRESET;
  }
  bool nothing_to_read() {
    char byte;
    return input_.empty() && ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
  }

  /// Whatever comes next, as it comes; empty at the end.
  std::string read_some() {
    if (input_.empty()) read_more();
    return std::exchange(input_, {});
  }

  /// Forgets a little of what has come, without waiting for more. How much.
  std::size_t drop_some() {
    char bytes[16];
    const auto count = ::recv(fd_, bytes, sizeof bytes, MSG_DONTWAIT);
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }

  bool connected = false;

 private:
  bool read_more() {
    char bytes[65'536];
    const auto count = ::recv(fd_, bytes, sizeof bytes, 0);
    ended_ = count == 0;
    failure_ = count < 0 ? errno : 0;
    if (count > 0) input_.append(bytes, static_cast<std::size_t>(count));
    return count > 0;
  }

  int fd_;
  std::string input_;
  bool ended_ = false;
  int failure_ = 0;
};

/// Polls what other threads change; for states that nothing announces.
template <class Condition>
bool eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + Seconds{10};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace mainstay::http::test
