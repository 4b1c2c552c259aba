#include "platform/http/connection.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <sys/socket.h>
#include <utility>

#include "platform/http/client_certificate.hpp"
#include "platform/http/event_loop.hpp"
#include "platform/http/test_clock.hpp"

namespace mainstay::http {

namespace {

constexpr int reads_per_wakeup_max = 4;
constexpr std::uint32_t linger_bytes_max = 1U << 20U;
constexpr Millis linger_timeout{2'000};
constexpr Millis fresh_time{1'000};
constexpr std::size_t sent_prefix_max = 64U << 10U;
constexpr std::string_view continue_line = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr Refusal overload{503, "too_many_connections", "this server has all the clients it takes"};
constexpr Refusal head_overdue{408, "request_timeout", "the request's head took too long"};
constexpr Refusal body_overdue{408, "request_timeout", "the request's body took too long"};

/// Enough of the time for durations of up to an hour.
std::uint32_t microseconds(SteadyTime at) {
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<Micros>(at.time_since_epoch()).count());
}

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

/// recv(2) and send(2) with signals out of the way: -1 with errno set, or the count.
ssize_t receive(int socket, std::span<char> into) {
  for (;;) {
    const auto count = ::recv(socket, into.data(), into.size(), 0);
    if (count >= 0 || errno != EINTR) return count;
  }
}

ssize_t transmit(int socket, std::string_view bytes) {
  for (;;) {
    const auto count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0 || errno != EINTR) return count;
  }
}

}  // namespace

/// Every idle connection has one, so it takes what it needs: Asio's own recycling would add a byte,
/// and with it a step of malloc's.
struct Connection::ReadWait {
  template <class T>
  struct Allocator {
    using value_type = T;
    Allocator() = default;
    template <class U>
    explicit Allocator(const Allocator<U>&) {}
    T* allocate(std::size_t count) { return std::allocator<T>{}.allocate(count); }
    void deallocate(T* at, std::size_t count) { std::allocator<T>{}.deallocate(at, count); }
    friend bool operator==(const Allocator&, const Allocator&) { return true; }
  };
  using allocator_type = Allocator<void>;
  [[nodiscard]] allocator_type get_allocator() const { return {}; }

  void operator()(boost::system::error_code error) const { connection->on_readable(bool{error}); }

  Connection* connection;
};

struct Connection::Secure {
  explicit Secure(tls::Channel from) : channel(std::move(from)) {}
  tls::Channel channel;
  std::string wire;  // ciphertext to send, from wire_sent on
  std::size_t wire_sent = 0;
  bool closed = false;  // close_notify was written

  /// See client_certificate.hpp; what it adds lives until the next request.
  void add_certificate(Request& request) {
    if (!asked) {
      asked = true;
      certificate = channel.peer_certificate();
    }
    if (!certificate) return;
    headers = {{client_common_name, certificate->common_name},
               {client_organization, certificate->organization},
               {client_serial_number, certificate->serial_number}};
    headers.insert(headers.end(), request.headers.begin(), request.headers.end());
    request.headers = headers;
  }

 private:
  bool asked = false;
  std::optional<tls::PeerCertificate> certificate;  // none: it had to show none
  std::vector<Header> headers;
};

/// Keeps the connection's memory (a pin) until the answer came; there is one call, since Deferred
/// makes one.
struct Connection::Sink final : Deferred::Sink {
  Sink(std::shared_ptr<Mailbox> box, Connection& to, std::uint32_t number)
      : mailbox(std::move(box)), connection(to), deferral(number) {}

  void complete(UniqueFunction<void(Response&)> fill) override {
    mailbox->put([&to = connection, number = deferral, fill = std::move(fill)] {
      to.on_completed(number, fill);
    });
  }

  std::shared_ptr<Mailbox> mailbox;
  Connection& connection;
  std::uint32_t deferral;
};

/// While a handler runs: makes what takes its deferred answer.
class Connection::DeferHere final : public Response::DeferPoint {
 public:
  DeferHere(Connection& connection, Response& response)
      : connection_(connection), response_(response) {
    response_.defer_point(this);
  }
  DeferHere(const DeferHere&) = delete;
  DeferHere& operator=(const DeferHere&) = delete;
  ~DeferHere() { response_.defer_point(nullptr); }

  std::shared_ptr<Deferred::Sink> make_sink() override {
    connection_.pin();
    return std::make_shared<Sink>(connection_.loop_.mailbox(), connection_,
                                  ++connection_.deferral_);
  }
  void after_handlers(AfterHandlers& what) override { connection_.loop_.call_behind(what); }

 private:
  Connection& connection_;
  Response& response_;
};

Connection::Connection(EventLoop& loop, Socket socket, Origin origin)
    : loop_(loop),
      socket_(std::move(socket)),
      router_(origin.router),
      secure_(origin.tls ? std::make_unique<Secure>(origin.tls->accept()) : nullptr),
      peer_(std::move(origin.peer)),
      admission_(origin.admission) {}

Connection::~Connection() = default;

void Connection::start() {
  if (admission_ == Admission::refused && !secure_) return refuse(overload);
  fresh_until_ = loop_.tick_after(fresh_time);
  settle();
}

// --- Reading

void Connection::do_wait_read() {
  if (waiting_read_) return;
  waiting_read_ = true;
  pin();
  socket_.async_wait(boost::asio::socket_base::wait_read, ReadWait{this});
}

void Connection::on_readable(bool failed) {
  waiting_read_ = false;
  unpin();
  if (phase_ == Phase::closed) return;
  if (failed) return close();
  if (phase_ == Phase::lingering) return do_linger();
  if (phase_ == Phase::upgraded) return do_read_upgraded();
  // Otherwise settle() asks again when it is time to read.
  if (phase_ == Phase::reading && !awaits_turn_ && !output_full_) do_read();
}

void Connection::do_read() {
  if (!reader_) reader_ = loop_.take_reader();
  bool more = true;
  for (int round = 0; more && round < reads_per_wakeup_max; ++round) {
    if (secure_ ? !do_read_secure(more) : !do_read_plain(more)) return;
    if (phase_ != Phase::reading || awaits_turn_ || output_full_) break;
  }
  settle();
}

/// False when the connection closed. `more`: the buffer was filled, so another read may find
/// something.
bool Connection::do_read_plain(bool& more) {
  const auto space = reader_->space();
  const auto count = receive(socket_.native_handle(), space);
  if (count < 0 && !would_block(errno)) {
    close();
    return false;
  }
  more = count == static_cast<ssize_t>(space.size());
  if (count == 0) end_of_input_ = true;
  if (count <= 0) return true;
  reader_->received(static_cast<std::size_t>(count));
  process();
  return true;
}

bool Connection::do_read_secure(bool& more) {
  const auto space = loop_.scratch();
  const auto count = receive(socket_.native_handle(), space);
  if (count < 0 && !would_block(errno)) {
    close();
    return false;
  }
  more = count == static_cast<ssize_t>(space.size());
  if (count == 0) end_of_input_ = true;
  if (count <= 0) return true;
  auto& plain = loop_.plaintext();
  plain.clear();
  const auto received = secure_->channel.receive(
      as_bytes({space.data(), static_cast<std::size_t>(count)}), plain, secure_->wire);
  if (secure_->channel.finished()) end_of_input_ = true;
  reader_->append(plain);
  if (received && !plain.empty()) process();
  // Handshake messages and alerts are no answers: they do not wait for the barrier.
  if (secure_ && secure_->wire.size() > secure_->wire_sent) flush();
  if (!received) close();
  return phase_ != Phase::closed;
}

void Connection::process() {
  if (admission_ == Admission::refused) return refuse(overload);
  const auto now = loop_.clock().wall();
  // Whatever is complete in this input has been so since it was read, however long its turn takes.
  if (loop_.options().observer) complete_at_ = microseconds(loop_.read_steady());
  for (std::size_t handled = 0; phase_ == Phase::reading; ++handled) {
    if (unsent_bytes() > loop_.limits().output_bytes_max) {
      output_full_ = true;
      return;
    }
    if (handled == loop_.limits().requests_per_wakeup_max) return resume_later();
    switch (reader_->next()) {
      case RequestReader::Outcome::need_more:
        if (reader_->take_expectation()) write(continue_line);
        return;
      case RequestReader::Outcome::refused:
        return refuse(reader_->refusal());
      case RequestReader::Outcome::complete:
        dispatch(now);
        break;
    }
  }
}

void Connection::resume_later() {
  if (awaits_turn_) return;
  awaits_turn_ = true;
  pin();
  loop_.resume_later(*this);
}

void Connection::resume() {
  awaits_turn_ = false;
  unpin();
  if (phase_ == Phase::upgraded) {
    output_full_ = false;
    room_wanted_ = false;
    upgraded_->on_room();
    return settle();
  }
  if (phase_ != Phase::reading) return;
  output_full_ = false;
  if (reader_) process();
  settle();
}

/// After all that could be done with what was read: what comes next?
void Connection::settle() {
  if (awaits_turn_ || output_full_) return;
  if (phase_ == Phase::upgraded && !end_of_input_) return do_wait_read();
  if (phase_ != Phase::reading) return;
  if (end_of_input_) return begin_closing();
  const bool begun = reader_ && reader_->begun();
  if (!begun) give_back_reader();
  if (leaving_ && !begun && fresh_until_ == 0) {
    return unsent_bytes() == 0 ? take_leave() : begin_closing();
  }
  if (begun) {
    expect(reader_->head_complete() ? Owed::body : Owed::head);
  } else {
    expect(secure_ && !secure_->channel.established() ? Owed::handshake : Owed::next_request);
  }
  do_wait_read();
}

void Connection::leave() {
  if (phase_ == Phase::closed || std::exchange(leaving_, true)) return;
  loop_.on_leaving();
  if (phase_ == Phase::upgraded) return upgraded_->on_leave(loop_.departure());
  // Takes what has arrived; settle() closes when there was nothing.
  if (phase_ == Phase::reading && !awaits_turn_ && !output_full_) do_read();
}

// --- Answering

void Connection::dispatch(SystemTime now) {
  expect(Owed::nothing);
  fresh_until_ = 0;
  auto& request = reader_->request();
  request.peer = peer_;
  request.tls = secure_ != nullptr;
  if (secure_) secure_->add_certificate(request);
  request.at = loop_.options().test_clock ? test_time(request, now) : now;
  request.id = loop_.next_request_id();
  request.thread = loop_.index();
  LoopStats::add_one(loop_.counters().requests);

  auto& response = loop_.response();
  response.clear();
  {
    const DeferHere here{*this, response};
    router_->handle(request, response);
  }
  if (response.deferred()) {
    phase_ = Phase::deferred;
  } else {
    answer(response, now);
  }
}

void Connection::answer(Response& response, SystemTime now) {
  const auto& message = reader_->message();
  const bool keep =
      response.upgrades() || (message.keep_alive && !response.closes_connection() && !leaving_);
  Framing framing;
  framing.head_only = message.method == Method::head;
  framing.close = !keep;
  framing.says_keep_alive = keep && !message.http_1_1;
  framing.request_id = message.request_id;
  write(response, framing, now);
  if (response.promises()) promised_ = written_;
  if (auto* observer = loop_.options().observer) {
    const Micros took{microseconds(loop_.recent_steady()) - complete_at_};
    observer->answered(reader_->request(), {response.status(), response.body().size(), took});
  }
  reader_->finish();
  if (response.upgrades()) return start_upgraded(response.take_upgraded());
  if (!keep) begin_closing();
}

void Connection::refuse(const Refusal& refusal) {
  auto& response = loop_.response();
  response.clear();
  problem(response, refusal.status, refusal.code, refusal.detail);
  Framing framing;
  framing.close = true;
  if (reader_) {
    framing.head_only = reader_->message().method == Method::head;
    framing.request_id = reader_->message().request_id;
  }
  write(response, framing, loop_.clock().wall());
  LoopStats::add_one(loop_.counters().refusals);
  if (auto* observer = loop_.options().observer) {
    observer->refused(peer_, refusal.status, refusal.code);
  }
  begin_closing();
}

void Connection::on_completed(std::uint32_t deferral, const UniqueFunction<void(Response&)>& fill) {
  unpin();
  // The client has gone, or the handler failed after it had deferred and was answered for.
  if (phase_ != Phase::deferred || deferral != deferral_) return;
  auto& response = loop_.response();
  response.clear();
  try {
    const DeferHere here{*this, response};
    fill(response);
  } catch (const std::exception&) {
    router_->fail(reader_->request(), response);
  }
  if (response.deferred()) return;  // put off once more: the next one counts
  phase_ = Phase::reading;
  loop_.read_steady();
  answer(response, loop_.clock().wall());
  if (phase_ == Phase::reading) process();
  settle();
}

// --- Upgraded

void Connection::start_upgraded(UpgradedPtr upgraded) {
  phase_ = Phase::upgraded;
  upgraded_ = std::move(upgraded);
  const auto unread = reader_->rest();
  std::string rest{unread.begin(), unread.end()};
  give_back_reader();
  upgraded_->on_start(UpgradedStream{*this});
  if (phase_ == Phase::upgraded && leaving_) upgraded_->on_leave(loop_.departure());
  if (phase_ == Phase::upgraded && !rest.empty()) upgraded_->on_input(rest);
  if (phase_ == Phase::upgraded && end_of_input_) upgraded_->on_end();
}

void Connection::do_read_upgraded() {
  bool more = true;
  for (int round = 0; more && round < reads_per_wakeup_max; ++round) {
    if (phase_ != Phase::upgraded || awaits_turn_ || output_full_) break;
    const auto space = loop_.scratch();
    const auto count = receive(socket_.native_handle(), space);
    if (count < 0 && !would_block(errno)) return close();
    more = count == static_cast<ssize_t>(space.size());
    if (count == 0) end_of_input_ = true;
    if (count > 0) {
      const auto bytes = space.first(static_cast<std::size_t>(count));
      if (!secure_) {
        upgraded_->on_input(bytes);
      } else if (!do_read_upgraded_secure(bytes)) {
        return;
      }
    }
    if (phase_ == Phase::upgraded && end_of_input_) upgraded_->on_end();
  }
  settle();
}

/// False when the connection closed.
bool Connection::do_read_upgraded_secure(std::span<const char> bytes) {
  auto& plain = loop_.plaintext();
  plain.clear();
  const auto received =
      secure_->channel.receive(as_bytes({bytes.data(), bytes.size()}), plain, secure_->wire);
  if (secure_->channel.finished()) end_of_input_ = true;
  if (received && !plain.empty()) upgraded_->on_input(plain);
  if (secure_ && secure_->wire.size() > secure_->wire_sent) flush();
  if (!received) close();
  return phase_ != Phase::closed;
}

void UpgradedStream::write(std::string_view bytes) { connection_->write(bytes); }

std::size_t UpgradedStream::unsent() const { return connection_->unsent_bytes(); }

void UpgradedStream::ask_for_room() { connection_->room_wanted_ = true; }

void UpgradedStream::pause() {
  connection_->output_full_ = true;
  connection_->room_wanted_ = true;
}

void UpgradedStream::finish() {
  if (connection_->phase_ == Connection::Phase::upgraded) connection_->begin_closing();
}

void UpgradedStream::abort() { connection_->close(); }

std::uint32_t UpgradedStream::tick() const { return connection_->loop_.tick(); }

std::uint32_t UpgradedStream::tick_after(Millis span) const {
  return connection_->loop_.tick_after(span);
}

const std::shared_ptr<Mailbox>& UpgradedStream::mailbox() const {
  return connection_->loop_.mailbox();
}

std::unique_ptr<ThreadState>& UpgradedStream::thread_state() const {
  return connection_->loop_.thread_state();
}

// --- Writing

template <class Append>
void Connection::append_output(Append&& append) {
  if (!output_) output_ = loop_.take_output();
  if (output_sent_ > sent_prefix_max && output_sent_ > output_->size() / 2) {
    output_->erase(0, std::exchange(output_sent_, 0));
  }
  const auto before = output_->size();
  append(*output_);
  written_ += output_->size() - before;
  loop_.flush_later(*this);
}

void Connection::write(std::string_view bytes) {
  append_output([&](std::string& out) { out.append(bytes); });
}

void Connection::write(const Response& response, const Framing& framing, SystemTime now) {
  append_output([&](std::string& out) { loop_.writer().write(out, response, framing, now); });
}

void Connection::release(std::uint64_t position) {
  if (position > released_) released_ = position;
  if (!must_wait()) held_overdue_at_ = 0;
}

void Connection::hold() {
  pin();
  if (held_overdue_at_ == 0) held_overdue_at_ = loop_.tick_after(loop_.limits().commit_timeout);
}

std::size_t Connection::unsent_bytes() const {
  const auto wire = secure_ ? secure_->wire.size() - secure_->wire_sent : 0;
  return static_cast<std::size_t>(written_ - sent_) + wire;
}

void Connection::flush() {
  if (phase_ == Phase::closed || waiting_write_) return;
  if (secure_) seal();
  if (phase_ == Phase::closed || !do_send()) return;
  on_flushed();
}

/// Turns released output into ciphertext.
void Connection::seal() {
  if (sent_ == released_) return;
  const auto size = static_cast<std::size_t>(released_ - sent_);
  const auto sealed =
      secure_->channel.send(std::string_view{*output_}.substr(output_sent_, size), secure_->wire);
  count_sent(size);
  if (!sealed) close();
}

/// One send. True when nothing is left that may be sent now.
bool Connection::do_send() {
  const auto pending = secure_ ? std::string_view{secure_->wire}.substr(secure_->wire_sent)
                       : output_
                           ? std::string_view{*output_}.substr(output_sent_, released_ - sent_)
                           : std::string_view{};
  if (pending.empty()) return true;
  const auto result = transmit(socket_.native_handle(), pending);
  if (result < 0 && !would_block(errno)) {
    close();
    return false;
  }
  const auto count = result < 0 ? 0 : static_cast<std::size_t>(result);
  sends_left_ -= static_cast<std::uint32_t>(std::min<std::size_t>(sends_left_, count));
  if (!secure_) {
    count_sent(count);
  } else if ((secure_->wire_sent += count) == secure_->wire.size()) {
    secure_->wire.clear();
    secure_->wire_sent = 0;
  }
  if (count == pending.size()) {
    send_overdue_at_ = 0;
    sends_overdue_at_ = 0;
    return true;
  }
  bound_sending(count > 0, pending.size() - count);
  do_wait_write();
  return false;
}

/// A client may be slow, but not for ever: each send_timeout must bring progress, and whatever
/// waits must have left within send_total_timeout, however little each step brings.
void Connection::bound_sending(bool progress, std::size_t waiting) {
  if (progress || send_overdue_at_ == 0) {
    send_overdue_at_ = loop_.tick_after(loop_.limits().send_timeout);
  }
  if (sends_overdue_at_ != 0 && sends_left_ > 0) return;
  sends_overdue_at_ = loop_.tick_after(loop_.limits().send_total_timeout);
  sends_left_ = static_cast<std::uint32_t>(std::min<std::size_t>(waiting, UINT32_MAX));
}

void Connection::count_sent(std::size_t count) {
  output_sent_ += count;
  sent_ += count;
  if (sent_ != written_) return;
  loop_.give_output(std::move(output_));
  output_sent_ = 0;
}

void Connection::do_wait_write() {
  waiting_write_ = true;
  pin();
  socket_.async_wait(boost::asio::socket_base::wait_write,
                     [this](boost::system::error_code error) { on_writable(bool{error}); });
}

void Connection::on_writable(bool failed) {
  waiting_write_ = false;
  unpin();
  if (phase_ == Phase::closed) return;
  if (failed) return close();
  flush();
}

void Connection::on_flushed() {
  if (phase_ == Phase::closing && sent_ == written_) return do_shutdown();
  if (phase_ == Phase::upgraded) {
    if (room_wanted_ && sent_ == written_) resume_later();
    return;
  }
  if (output_full_ && unsent_bytes() <= loop_.limits().output_bytes_max / 2) resume_later();
}

// --- Closing

void Connection::begin_closing() {
  phase_ = Phase::closing;
  expect(Owed::nothing);
  if (unsent_bytes() == 0) do_shutdown();
}

/// Everything was sent. Closing at once would reset the connection if input is unread, and the
/// client might lose the answer: so end our side, and read on until the client has ended its own.
void Connection::do_shutdown() {
  if (secure_ && !std::exchange(secure_->closed, true)) {
    secure_->channel.close(secure_->wire);
    if (!do_send()) return;  // on_writable comes back here
  }
  if (end_of_input_) return close();
  ::shutdown(socket_.native_handle(), SHUT_WR);
  phase_ = Phase::lingering;
  linger_bytes_left_ = linger_bytes_max;
  give_back_reader();
  expect(Owed::end);
  do_linger();
}

void Connection::do_linger() {
  const auto space = loop_.scratch();
  const auto count = receive(socket_.native_handle(), space);
  if (count == 0 || (count < 0 && !would_block(errno))) return close();
  if (count > 0) {
    if (static_cast<std::uint32_t>(count) >= linger_bytes_left_) return close();
    linger_bytes_left_ -= static_cast<std::uint32_t>(count);
  }
  do_wait_read();
}

/// The client waits for nothing: it need not be waited for either, but over TLS it is told.
void Connection::take_leave() {
  if (secure_ && secure_->channel.established()) {
    secure_->channel.close(secure_->wire);
    do_send();
  }
  close();
}

void Connection::close() {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  boost::system::error_code ignored;
  socket_.close(ignored);
  upgraded_.reset();
  if (pins_ == 0) {
    give_back_reader();
    loop_.bury(*this);
  }
  if (output_) loop_.give_output(std::move(output_));
  secure_.reset();
  loop_.on_closed(leaving_);
}

void Connection::unpin() {
  if (--pins_ > 0 || phase_ != Phase::closed) return;
  give_back_reader();
  loop_.bury(*this);
}

void Connection::give_back_reader() {
  if (reader_) loop_.give_reader(std::move(reader_));
}

// --- Time

void Connection::expect(Owed owed) {
  if (owed == owed_) return;  // blank lines and empty TLS records buy no time
  owed_ = owed;
  const auto& limits = loop_.limits();
  switch (owed) {
    case Owed::nothing:
      overdue_at_ = 0;
      break;
    case Owed::next_request:
      overdue_at_ = loop_.tick_after(limits.idle_timeout);
      break;
    case Owed::head:
    case Owed::handshake:
      overdue_at_ = loop_.tick_after(limits.head_timeout);
      break;
    case Owed::body:
      overdue_at_ = loop_.tick_after(limits.body_timeout);
      break;
    case Owed::end:
      overdue_at_ = loop_.tick_after(linger_timeout);
      break;
  }
}

void Connection::on_sweep() {
  if (phase_ == Phase::closed) return;
  if (send_overdue_at_ != 0 && loop_.tick() >= send_overdue_at_) return close();
  if (sends_overdue_at_ != 0 && loop_.tick() >= sends_overdue_at_) return close();
  if (fresh_until_ != 0 && loop_.tick() >= fresh_until_) {
    fresh_until_ = 0;
    if (leaving_) settle();
  }
  // No status says that it is unknown whether the change will last; a lost connection does.
  if (held_overdue_at_ != 0 && loop_.tick() >= held_overdue_at_) return close();
  if (phase_ == Phase::upgraded) return upgraded_->on_tick();
  if (phase_ != Phase::closed && overdue_at_ != 0 && loop_.tick() >= overdue_at_) on_overdue();
}

void Connection::on_overdue() {
  switch (owed_) {
    case Owed::head:
      return refuse(head_overdue);
    case Owed::body:
      return refuse(body_overdue);
    case Owed::next_request:
      if (unsent_bytes() == 0) close();  // what is unsent has its own limit
      return;
    default:
      close();
  }
}

}  // namespace mainstay::http
