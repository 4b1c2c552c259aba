#include "platform/http/acceptor.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>

namespace mainstay::http {

namespace {

constexpr int accepts_per_wakeup_max = 64;
constexpr int accepts_at_end_max = SOMAXCONN;  // a whole queue
constexpr Millis pause_length{100};

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

boost::asio::ip::tcp protocol_of(const Descriptor& socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return address.ss_family == AF_INET6 ? boost::asio::ip::tcp::v6() : boost::asio::ip::tcp::v4();
}

}  // namespace

Acceptor::Acceptor(EventLoop& loop, const Listener& listener)
    : loop_(loop), listener_(listener), socket_(loop.context()), pause_(loop.context()) {}

Result<> Acceptor::open(Descriptor socket) {
  boost::system::error_code error;
  socket_.assign(protocol_of(socket), socket.get(), error);
  if (error) {
    return Error{ServerErrc::listen_failed,
                 "port " + std::to_string(bound_port(socket)) + ": " + error.message()};
  }
  socket.release();
  return {};
}

void Acceptor::start() { do_wait(); }

void Acceptor::do_wait() {
  socket_.async_wait(boost::asio::socket_base::wait_read,
                     [this](boost::system::error_code error) { on_ready(bool{error}); });
}

void Acceptor::on_ready(bool failed) {
  if (!socket_.is_open()) return;
  if (failed || !accept_waiting(accepts_per_wakeup_max)) return do_pause();
  do_wait();
}

bool Acceptor::accept_waiting(int accepts_max) {
  for (int i = 0; i < accepts_max; ++i) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    Descriptor client{::accept4(socket_.native_handle(), reinterpret_cast<sockaddr*>(&address),
                                &size, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (client.get() >= 0) {
      const int on = 1;
      ::setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      Connection::Origin origin;
      origin.peer = peer_text(address);
      origin.router = listener_.router;
      origin.tls = listener_.tls.get();
      loop_.adopt(std::move(client), std::move(origin));
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return true;
    // Everything else but a shortage is this one client's failure (accept(2)).
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) return false;
  }
  return true;
}

void Acceptor::do_pause() {
  pause_.expires_after(pause_length);
  pause_.async_wait([this](boost::system::error_code error) {
    if (!error && socket_.is_open()) do_wait();
  });
}

void Acceptor::stop(Queue queue) {
  if (!socket_.is_open()) return;
  if (queue == Queue::given_up) accept_waiting(accepts_at_end_max);
  boost::system::error_code ignored;
  socket_.close(ignored);
  pause_.cancel();
}

}  // namespace mainstay::http
