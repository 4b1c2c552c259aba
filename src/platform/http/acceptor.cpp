#include "platform/http/acceptor.hpp"

#include <string>
#include <sys/socket.h>
#include <utility>

namespace mainstay::http {

namespace {

constexpr int accepts_per_wakeup_max = 64;
constexpr int accepts_at_end_max = SOMAXCONN;  // a whole queue
constexpr Millis pause_length{100};

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
    Accepted accepted = accept_from(socket_.native_handle());
    if (accepted.socket.get() < 0) return !accepted.shortage;
    Connection::Origin origin;
    origin.peer = std::move(accepted.peer);
    origin.router = listener_.router;
    origin.tls = listener_.tls.get();
    loop_.adopt(std::move(accepted.socket), std::move(origin));
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
