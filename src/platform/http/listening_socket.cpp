#include "platform/http/listening_socket.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "platform/http/server.hpp"

namespace mainstay::http {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = other.release();
  }
  return *this;
}

int Descriptor::release() { return std::exchange(fd_, -1); }

void Descriptor::reset() {
  if (fd_ >= 0) ::close(release());
}

namespace {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

std::optional<SocketAddress> parse_address(const std::string& text, std::uint16_t port) {
  SocketAddress address;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  if (::inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    address.size = sizeof(sockaddr_in);
    return address;
  }
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (::inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    address.size = sizeof(sockaddr_in6);
    return address;
  }
  return {};
}

std::string peer_text(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
  } else {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      ::inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text.data(), text.size());
    } else {
      ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    }
  }
  return text.data();
}

Error listen_error(const std::string& where, int reason) {
  return {ServerErrc::listen_failed, where + ": " + std::generic_category().message(reason)};
}

}  // namespace

Result<Descriptor> bind_to(const std::string& address, std::uint16_t port, Sharing sharing) {
  const auto where = address + " port " + std::to_string(port);
  const auto parsed = parse_address(address, port);
  if (!parsed) return Error{ServerErrc::address_invalid, address};

  Descriptor socket{
      ::socket(parsed->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  const int on = 1;
  const bool done = socket.get() >= 0 &&
                    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                    (sharing == Sharing::alone ||
                     ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0) &&
                    ::bind(socket.get(), parsed->get(), parsed->size) == 0;
  if (!done) return listen_error(where, errno);
  return socket;
}

Result<> start_listening(const Descriptor& socket) {
  if (::listen(socket.get(), SOMAXCONN) == 0) return {};
  return listen_error("port " + std::to_string(bound_port(socket)), errno);
}

Result<> probe(const std::string& address, std::uint16_t port) {
  MS_TRY(const auto socket, bind_to(address, port, Sharing::alone));
  return start_listening(socket);
}

Descriptor duplicate(const Descriptor& of) {
  return Descriptor{::fcntl(of.get(), F_DUPFD_CLOEXEC, 0)};
}

Accepted accept_from(int listening) {
  constexpr int gone_max = 16;  // in a row; the rest is passed over another time
  Accepted accepted;
  for (int i = 0; i < gone_max; ++i) {
    SocketAddress address;
    address.size = sizeof address.storage;
    accepted.socket = Descriptor{
        ::accept4(listening, address.get(), &address.size, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (accepted.socket.get() >= 0) {
      const int on = 1;
      ::setsockopt(accepted.socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      accepted.peer = peer_text(address.storage);
      return accepted;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return accepted;
    accepted.shortage = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    // Everything else is this one client's failure (accept(2)).
    if (accepted.shortage) return accepted;
  }
  return accepted;
}

std::uint16_t bound_port(const Descriptor& socket) {
  SocketAddress address;
  address.size = sizeof address.storage;
  if (::getsockname(socket.get(), address.get(), &address.size) != 0) return 0;
  // sin_port and sin6_port lie at the same place.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&address.storage)->sin_port);
}

}  // namespace mainstay::http
