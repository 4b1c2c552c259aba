#include "platform/stream/connection.hpp"

#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <utility>

#include "base/bytes.hpp"

namespace mainstay::stream {

Connection::Connection(http::Descriptor socket, std::string peer,
                       std::optional<tls::Channel> channel, SteadyTime now, List& touched)
    : socket_(std::move(socket)),
      peer_(std::move(peer)),
      channel_(std::move(channel)),
      opened_at_(now),
      touched_(touched) {}

void Connection::touch() {
  if (!std::exchange(is_touched_, true)) touched_.push_back(this);
}

void Connection::abort() {
  phase_ = Phase::closed;
  touch();
}

void Connection::pause(bool paused) {
  paused_ = paused;
  touch();
}

void Connection::send(std::string_view bytes) {
  if (phase_ != Phase::open) return;
  touch();
  if (!channel_) {
    out_.append(bytes);
  } else if (channel_->send(bytes, out_).has_error()) {
    abort();
  }
}

void Connection::close() {
  if (phase_ != Phase::open) return;
  if (channel_) channel_->close(out_);
  touch();
  phase_ = Phase::closing;
}

/// What the loop waits for.
std::uint32_t Connection::interest() const {
  std::uint32_t wanted = 0;
  if ((phase_ == Phase::open && !paused_) || phase_ == Phase::lingering) wanted |= EPOLLIN;
  if (unsent_bytes() > 0) wanted |= EPOLLOUT;
  return wanted;
}

void Connection::read(std::string& scratch) {
  const auto count = ::recv(socket_.get(), scratch.data(), scratch.size(), 0);
  if (count > 0) return take({scratch.data(), static_cast<std::size_t>(count)});
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
  abort();
}

void Connection::take(std::string_view bytes) {
  if (phase_ != Phase::open) return;
  if (!channel_) return protocol_->on_bytes(bytes);
  plaintext_.clear();
  touch();
  const auto received = channel_->receive(as_bytes(bytes), plaintext_, out_);
  if (!plaintext_.empty()) protocol_->on_bytes(plaintext_);
  if (received.has_error() || channel_->finished()) close();
}

/// Sends what the kernel takes.
void Connection::flush(std::size_t unsent_bytes_max, SteadyTime give_up_at) {
  while (phase_ != Phase::closed && unsent_bytes() > 0) {
    const auto count = ::send(socket_.get(), out_.data() + out_sent_, unsent_bytes(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (count < 0) return abort();
    out_sent_ += static_cast<std::size_t>(count);
  }
  if (phase_ == Phase::open && unsent_bytes() > unsent_bytes_max) {
    is_slow_ = true;
    return abort();
  }
  if (phase_ == Phase::closing && give_up_at_ == SteadyTime{}) give_up_at_ = give_up_at;
  if (unsent_bytes() > 0) {
    // What was sent must not be kept for as long as something else waits.
    if (out_sent_ > out_.size() / 2) out_.erase(0, std::exchange(out_sent_, 0));
    return;
  }
  out_.clear();
  out_sent_ = 0;
  if (phase_ != Phase::closing) return;
  ::shutdown(socket_.get(), SHUT_WR);
  phase_ = Phase::lingering;
}

}  // namespace mainstay::stream
