#include "apps/charging/simulator/client_link.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <utility>

#include "base/text.hpp"
#include "platform/ws/handshake.hpp"

namespace mainstay::charging::simulator {
namespace {

constexpr std::size_t head_bytes_max = 16U << 10U;
constexpr std::size_t frame_bytes_max = 1U << 20U;
constexpr std::size_t read_bytes = 16U << 10U;
constexpr std::size_t output_bytes_max = 4U << 20U;  // unsent; the backend does not read any more
constexpr Seconds handshake_max{30};

const ws::FrameReader::Rules rules{ws::Sender::server, false, frame_bytes_max};

std::optional<std::string_view> header(std::string_view head, std::string_view name) {
  for (std::string_view line : split(head, '\n')) {
    line = trimmed(line);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    if (equals_ignoring_case(line.substr(0, colon), name)) return trimmed(line.substr(colon + 1));
  }
  return std::nullopt;
}

}  // namespace

const ErrorRow& error_row(Errc code) {
  static constexpr ErrorRow rows[] = {
      {"url_invalid", "the address is not of the form ws://HOST:PORT/PATH/ or wss://..."},
      {"host_unknown", "the host of the address cannot be found"},
      {"out_of_descriptors", "there are too few file descriptors"},
      {"system_error", "the system refuses"},
  };
  return rows[static_cast<std::size_t>(code) - 1];
}

Result<Target> parse_target(std::string_view url) {
  Target out;
  const Error invalid{Errc::url_invalid, std::string{url}};
  if (url.starts_with("wss://")) {
    out.tls = true;
    out.port = 443;
    url.remove_prefix(6);
  } else if (url.starts_with("ws://")) {
    url.remove_prefix(5);
  } else {
    return invalid;
  }
  const auto slash = url.find('/');
  const std::string_view authority = url.substr(0, slash);
  out.path = slash == std::string_view::npos ? "/" : std::string{url.substr(slash)};
  if (out.path.back() != '/') out.path.push_back('/');
  const auto colon = authority.rfind(':');
  out.host = std::string{authority.substr(0, colon)};
  if (colon != std::string_view::npos) {
    const auto port = parse_u64(authority.substr(colon + 1));
    if (!port || *port == 0 || *port > UINT16_MAX) return invalid;
    out.port = static_cast<std::uint16_t>(*port);
  }
  if (out.host.empty() || out.path.find_first_of(" \r\n?#") != std::string::npos) return invalid;
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(out.host.c_str(), nullptr, &hints, &found) != 0) {
    return Error{Errc::host_unknown, out.host};
  }
  out.address = *reinterpret_cast<const sockaddr_in*>(found->ai_addr);
  out.address.sin_port = htons(out.port);
  ::freeaddrinfo(found);
  return out;
}

// --- what the station wants

void ClientLink::connect() {
  drop();
  phase_ = Phase::failed;  // until it is under way: told with the next sweep
  shake_by_ = {};
  socket_ = http::Descriptor{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (socket_.get() < 0) return;
  const int on = 1;
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (shop_.sources > 1) {
    sockaddr_in from{};
    from.sin_family = AF_INET;
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + index_ % shop_.sources);
    ::setsockopt(socket_.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (::bind(socket_.get(), reinterpret_cast<sockaddr*>(&from), sizeof from) != 0) return;
  }
  const auto* const to = reinterpret_cast<const sockaddr*>(&shop_.target.address);
  if (::connect(socket_.get(), to, sizeof shop_.target.address) != 0 && errno != EINPROGRESS) {
    return;
  }
  phase_ = Phase::connecting;
  watched_ = 0;
  watch(EPOLLOUT);
}

void ClientLink::send(std::string_view text) { frame(ws::Opcode::text, text); }

void ClientLink::ping() { frame(ws::Opcode::ping, "s"); }

void ClientLink::close() {
  if (phase_ == Phase::open) {
    frame(ws::Opcode::close, ws::close_payload(ws::CloseCode::normal, {}));
    // What does not fit now is not worth waiting for.
    (void)::send(socket_.get(), out_.data() + out_sent_, out_.size() - out_sent_, MSG_NOSIGNAL);
  }
  drop();
}

void ClientLink::frame(ws::Opcode opcode, std::string_view payload) {
  if (phase_ != Phase::open) return;
  const std::uint64_t random = shop_.random.next();
  ws::MaskKey mask;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    mask[i] = static_cast<std::uint8_t>(random >> (8 * i));
  }
  if (!channel_) return ws::append_frame(out_, {opcode, true, false, mask}, payload);
  std::string framed;
  ws::append_frame(framed, {opcode, true, false, mask}, payload);
  put(framed);
}

void ClientLink::put(std::string_view bytes) {
  if (!channel_) {
    out_.append(bytes);
  } else {
    (void)channel_->send(bytes, out_);  // what failed shows when it is read
  }
}

void ClientLink::drop() {
  socket_.reset();  // and with it out of epoll
  channel_.reset();
  reader_.clear();
  head_ = {};
  out_.clear();
  out_sent_ = 0;
  phase_ = Phase::closed;
}

// --- what the socket says

void ClientLink::watch(std::uint32_t events) {
  if (watched_ == events) return;
  epoll_event event{};
  event.events = events;
  event.data.ptr = this;
  const int operation = watched_ == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  watched_ = events;
  (void)::epoll_ctl(shop_.epoll, operation, socket_.get(), &event);
}

void ClientLink::fail(SystemTime now) {
  drop();
  station_->on_closed(now);
}

void ClientLink::on_sweep(SystemTime now) {
  if (phase_ == Phase::failed) return fail(now);
  if (phase_ != Phase::connecting && phase_ != Phase::shaking) return;
  if (shake_by_ == SystemTime{}) shake_by_ = now + handshake_max;
  if (shake_by_ <= now) fail(now);
}

void ClientLink::on_event(std::uint32_t events, SystemTime now) {
  if (phase_ == Phase::connecting) {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return fail(now);
    begin_handshake();
  } else if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0) {
    read(now);
  }
  if (has_output()) flush(now);
}

void ClientLink::begin_handshake() {
  phase_ = Phase::shaking;
  if (shop_.tls) {
    channel_.emplace((own_tls_ ? own_tls_ : shop_.tls)->connect(shop_.target.host));
    (void)channel_->start(out_);
  }
  std::array<std::uint64_t, 2> nonce{shop_.random.next(), shop_.random.next()};
  key_ = base64_encode({reinterpret_cast<const char*>(nonce.data()), sizeof nonce});
  std::string head = "GET " + shop_.target.path + percent_encode(station_->identity()) +
                     " HTTP/1.1\r\nHost: " + shop_.target.host + ':' +
                     std::to_string(shop_.target.port) +
                     "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13"
                     "\r\nSec-WebSocket-Protocol: ocpp1.6\r\nSec-WebSocket-Key: " +
                     key_;
  if (!station_->password().empty()) {
    head += "\r\nAuthorization: Basic " +
            base64_encode(station_->identity() + ':' + station_->password());
  }
  put(head + "\r\n\r\n");
  watch(EPOLLIN);
}

void ClientLink::flush(SystemTime now) {
  while (has_output() && phase_ >= Phase::shaking) {
    const auto count =
        ::send(socket_.get(), out_.data() + out_sent_, out_.size() - out_sent_, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (count < 0) return fail(now);
    out_sent_ += static_cast<std::size_t>(count);
  }
  if (phase_ < Phase::shaking) return;
  if (has_output()) {
    if (out_.size() - out_sent_ > output_bytes_max) return fail(now);
    return watch(EPOLLIN | EPOLLOUT);
  }
  out_.clear();
  out_sent_ = 0;
  watch(EPOLLIN);
}

void ClientLink::read(SystemTime now) {
  std::array<char, read_bytes> buffer;
  const auto count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
  if (count <= 0) return fail(now);
  const std::span got{buffer.data(), static_cast<std::size_t>(count)};
  if (!channel_) return take(got, now);
  shop_.plain.clear();
  const auto received = channel_->receive(as_bytes({got.data(), got.size()}), shop_.plain, out_);
  if (received.has_error() || channel_->finished()) return fail(now);
  take(shop_.plain, now);
}

void ClientLink::take(std::span<char> bytes, SystemTime now) {
  if (phase_ == Phase::shaking && !take_head(bytes, now)) return;
  take_frames(bytes, now);
}

/// True once the head is complete and good; `bytes` are then what came behind it.
bool ClientLink::take_head(std::span<char>& bytes, SystemTime now) {
  constexpr std::string_view end = "\r\n\r\n";
  const std::size_t before = head_.size();
  head_.append(bytes.data(), bytes.size());
  const auto at = head_.find(end);
  if (at == std::string::npos) {
    if (head_.size() > head_bytes_max) fail(now);
    return false;
  }
  bytes = bytes.subspan(at + end.size() - before);
  const bool good = is_accepted(std::string_view{head_}.substr(0, at));
  head_ = {};
  if (!good) {
    fail(now);
    return false;
  }
  phase_ = Phase::open;
  station_->on_open(now);
  return phase_ == Phase::open;
}

bool ClientLink::is_accepted(std::string_view head) {
  const auto status =
      parse_u64(head.substr(std::min<std::size_t>(head.find(' '), head.size() - 1) + 1, 3));
  last_refusal_ = static_cast<int>(status.value_or(0));
  if (last_refusal_ != 101) return false;
  last_refusal_ = 0;
  return header(head, "Sec-WebSocket-Accept") == ws::accept_value(key_) &&
         header(head, "Sec-WebSocket-Protocol") == "ocpp1.6";
}

void ClientLink::take_frames(std::span<char> bytes, SystemTime now) {
  using Event = ws::FrameReader::Event;
  while (phase_ == Phase::open) {
    switch (reader_.next(bytes, rules)) {
      case Event::need_more:
        return;
      case Event::message:
        station_->on_text(reader_.payload(), now);
        break;
      case Event::ping:
        frame(ws::Opcode::pong, reader_.payload());
        break;
      case Event::pong:
        station_->on_pong(now);
        break;
      case Event::close:
      case Event::violation:
        return fail(now);
    }
  }
}

}  // namespace mainstay::charging::simulator
