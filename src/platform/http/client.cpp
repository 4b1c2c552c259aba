#include "platform/http/client.hpp"

#include <algorithm>
#include <array>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include "base/check.hpp"
#include "platform/http/address_rule.hpp"
#include "platform/http/client_message.hpp"
#include "platform/http/client_url.hpp"
#include "platform/tls/context.hpp"

namespace mainstay::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Done = UniqueFunction<void(Result<ClientResponse>)>;

/// What https requests without one of their own use: read when the first of them comes, since the
/// system's roots take a fifth of a start. On the client's thread only.
class CommonTls {
 public:
  explicit CommonTls(std::string ca_file) : ca_file_(std::move(ca_file)) {}

  /// A failure is told to each request.
  const Result<std::shared_ptr<tls::ClientContext>>& context() {
    if (!loaded_) loaded_ = tls::ClientContext::load({ca_file_});
    return *loaded_;
  }

 private:
  const std::string ca_file_;
  std::optional<Result<std::shared_ptr<tls::ClientContext>>> loaded_;
};

struct Submission {
  TransferId id;
  ClientRequest request;
  ClientStream stream;
  Done done;
  bool taken;  // false: too many requests
};

constexpr Millis deadline_max{24 * 3600 * 1000};
constexpr std::size_t addresses_max = 16;

bool is_public_address(const asio::ip::address& address) {
  return address.is_v4() ? http::is_public_address(address.to_v4().to_bytes())
                         : http::is_public_address(address.to_v6().to_bytes());
}

std::string to_text(const tcp::endpoint& endpoint) {
  const bool brackets = endpoint.address().is_v6();
  std::string out{brackets ? "[" : ""};
  out.append(endpoint.address().to_string()).append(brackets ? "]:" : ":");
  return out.append(std::to_string(endpoint.port()));
}

/// One request from its name look-up to its answer. Lives on the client's thread, in the client's
/// map until it is finished; the operations under way keep it until they have been told.
class Transfer : public std::enable_shared_from_this<Transfer> {
 public:
  Transfer(asio::io_context& loop, CommonTls& common_tls, Submission submission)
      : common_tls_(common_tls),
        request_(std::move(submission.request)),
        stream_(std::move(submission.stream)),
        done_(std::move(submission.done)),
        deadline_(loop),
        resolver_(loop),
        socket_(loop),
        reader_(request_.method, request_.response_bytes_max, is_stream()) {}

  /// `on_end` gives the place in the client back, before `done` is called.
  void start(UniqueFunction<void()> on_end);
  void cancel() { fail(ClientErrc::stopped, {}); }

 private:
  [[nodiscard]] bool is_stream() const { return static_cast<bool>(stream_.on_part); }
  Result<> prepare();
  Result<> begin_tls();
  void wait_until_deadline();
  Result<> hand_out_part();
  void do_resolve();
  void on_resolve(const error_code& error, const tcp::resolver::results_type& found);
  void do_connect();
  void on_connect(const error_code& error);
  void do_talk();
  void do_write();
  void on_write(const error_code& error);
  void do_read();
  void on_read(const error_code& error, std::size_t count);
  void on_end_of_stream();
  Result<std::string_view> decrypted(std::string_view bytes);

  void fail(ClientErrc code, std::string detail) { finish(Error{code, std::move(detail)}); }
  void finish(Result<ClientResponse> result);
  [[nodiscard]] bool finished() const { return !done_; }

  CommonTls& common_tls_;
  ClientRequest request_;
  ClientStream stream_;
  ClientUrl url_;
  Done done_;
  UniqueFunction<void()> on_end_;

  std::string_view doing_ = "looking up the name";  // for the deadline's message
  asio::steady_timer deadline_;
  tcp::resolver resolver_;
  tcp::socket socket_;
  std::vector<tcp::endpoint> endpoints_;
  std::size_t endpoint_ = 0;

  std::optional<tls::Channel> channel_;
  std::string unsent_;   // ciphertext with TLS
  std::string sending_;  // the part of it that is under way
  std::string plain_;    // decrypted and not yet parsed
  std::array<char, 16'384> received_;
  ResponseReader reader_;
};

void Transfer::start(UniqueFunction<void()> on_end) {
  on_end_ = std::move(on_end);
  deadline_.expires_after(std::clamp(request_.deadline, Millis{0}, deadline_max));
  wait_until_deadline();
  if (auto prepared = prepare(); prepared.has_error()) return finish(prepared.error());
  do_resolve();
}

/// The deadline may have moved meanwhile, since a stream's does with each part.
void Transfer::wait_until_deadline() {
  deadline_.async_wait([self = shared_from_this()](const error_code& error) {
    if (error || self->finished()) return;
    if (self->deadline_.expiry() > asio::steady_timer::clock_type::now()) {
      return self->wait_until_deadline();
    }
    self->fail(ClientErrc::deadline_passed, std::string{self->doing_});
  });
}

/// Everything that can be refused without the network.
Result<> Transfer::prepare() {
  MS_TRY(url_, parse_client_url(request_.url));
  MS_TRY(unsent_, render_client_request(request_, url_));
  return url_.tls ? begin_tls() : Result<>{};
}

Result<> Transfer::begin_tls() {
  std::shared_ptr<tls::ClientContext> context = request_.tls;
  if (context == nullptr) {
    const auto& common = common_tls_.context();
    if (common.has_error()) return Error{ClientErrc::tls_failed, common.error().message()};
    context = *common;
  }
  const std::string& name = request_.server_name.empty() ? url_.host : request_.server_name;
  channel_.emplace(context->connect(name));
  const std::string request_text = std::exchange(unsent_, {});
  auto started = channel_->start(unsent_);
  if (!started.has_error()) started = channel_->send(request_text, unsent_);
  if (started.has_error()) return Error{ClientErrc::tls_failed, started.error().message()};
  return {};
}

// Asio looks up one name after another on a thread of its own, and a look-up cannot be interrupted:
// a slow name server delays other requests to names, each at most until its deadline.
void Transfer::do_resolve() {
  resolver_.async_resolve(url_.host, std::to_string(url_.port), tcp::resolver::numeric_service,
                          [self = shared_from_this()](const error_code& error,
                                                      const tcp::resolver::results_type& found) {
                            self->on_resolve(error, found);
                          });
}

void Transfer::on_resolve(const error_code& error, const tcp::resolver::results_type& found) {
  if (finished()) return;
  if (error) return fail(ClientErrc::resolve_failed, url_.host + ": " + error.message());
  for (const auto& entry : found) {
    const tcp::endpoint endpoint = entry.endpoint();
    const bool taken =
        request_.trust == Trust::operator_address || is_public_address(endpoint.address());
    if (taken && endpoints_.size() < addresses_max) endpoints_.push_back(endpoint);
  }
  if (endpoints_.empty()) {
    return fail(ClientErrc::address_refused, url_.host + " is no host of the public internet");
  }
  do_connect();
}

void Transfer::do_connect() {
  doing_ = "connecting";
  error_code ignored;
  socket_.close(ignored);
  socket_.async_connect(
      endpoints_[endpoint_],
      [self = shared_from_this()](const error_code& error) { self->on_connect(error); });
}

void Transfer::on_connect(const error_code& error) {
  if (finished()) return;
  if (!error) return do_talk();
  if (++endpoint_ < endpoints_.size()) return do_connect();
  fail(ClientErrc::connect_failed, to_text(endpoints_.back()) + ": " + error.message());
}

/// Reads and writes at once: a server may answer before it has read all, and a handshake goes back
/// and forth.
void Transfer::do_talk() {
  doing_ = channel_ ? "in the TLS handshake" : "waiting for the answer";
  error_code ignored;
  socket_.set_option(tcp::no_delay{true}, ignored);
  do_write();
  do_read();
}

void Transfer::do_write() {
  if (unsent_.empty() || !sending_.empty()) return;
  sending_.swap(unsent_);
  asio::async_write(
      socket_, asio::buffer(sending_),
      [self = shared_from_this()](const error_code& error, std::size_t) { self->on_write(error); });
}

void Transfer::on_write(const error_code& error) {
  if (finished()) return;
  // The server may have closed after an early answer: reading tells whether it did or what went
  // wrong.
  if (error) return;
  sending_.clear();
  do_write();
}

void Transfer::do_read() {
  socket_.async_read_some(asio::buffer(received_),
                          [self = shared_from_this()](const error_code& error, std::size_t count) {
                            self->on_read(error, count);
                          });
}

void Transfer::on_read(const error_code& error, std::size_t count) {
  if (finished()) return;
  if (error == asio::error::eof) return on_end_of_stream();
  if (error) return fail(ClientErrc::response_invalid, "the connection broke: " + error.message());

  const Result<std::string_view> text = decrypted({received_.data(), count});
  if (text.has_error()) return finish(text.error());
  const Result<bool> complete = reader_.receive(*text);
  if (complete.has_error()) return finish(complete.error());
  if (auto handed = hand_out_part(); handed.has_error()) return finish(handed.error());
  if (finished()) return;  // the part's taker has cancelled it
  if (*complete) return finish(reader_.take());
  if (channel_ && channel_->finished()) return on_end_of_stream();
  do_write();
  do_read();
}

/// Of a stream: what came, and from now on the deadline is that of silence.
Result<> Transfer::hand_out_part() {
  if (!is_stream()) return {};
  const std::optional<std::string> part = reader_.take_part();
  if (!part) return {};
  doing_ = "waiting for news";
  // Not moved back and forth with each part: whoever waits looks again.
  const auto until = asio::steady_timer::clock_type::now() + stream_.idle_max;
  if (until - deadline_.expiry() > stream_.idle_max / 8 || until < deadline_.expiry()) {
    deadline_.expires_at(until);
    wait_until_deadline();
  }
  return part->empty() ? Result<>{} : stream_.on_part(*part);
}

/// With TLS only close_notify is the end of an answer: anybody on the way can close a connection.
void Transfer::on_end_of_stream() {
  if (channel_ && !channel_->established()) {
    return fail(ClientErrc::tls_failed, "the connection was closed in the handshake");
  }
  if (channel_ && !channel_->finished()) {
    return fail(ClientErrc::response_invalid, "the connection was closed without close_notify");
  }
  if (auto ended = reader_.end(); ended.has_error()) return finish(ended.error());
  finish(reader_.take());
}

/// The plaintext of what came; a view into this object.
Result<std::string_view> Transfer::decrypted(std::string_view bytes) {
  if (!channel_) return bytes;
  plain_.clear();
  const auto opened = channel_->receive(as_bytes(bytes), plain_, unsent_);
  if (opened.has_error()) return Error{ClientErrc::tls_failed, opened.error().message()};
  if (channel_->established()) doing_ = "waiting for the answer";
  return std::string_view{plain_};
}

void Transfer::finish(Result<ClientResponse> result) {
  if (finished()) return;
  const Done done = std::exchange(done_, {});
  deadline_.cancel();
  resolver_.cancel();
  error_code ignored;
  socket_.close(ignored);
  const auto on_end = std::exchange(on_end_, {});
  on_end();  // may let go of this object, save for the caller's hold
  done(std::move(result));
}

}  // namespace

const ErrorRow& error_row(ClientErrc code) {
  static constexpr std::array<ErrorRow, 11> rows{{
      {"url_invalid", "the URL cannot be requested", 400},
      {"address_refused", "the address may not be connected to", 400},
      {"resolve_failed", "the host name could not be looked up", 502, Retry::yes},
      {"connect_failed", "no connection could be made", 502, Retry::yes},
      {"tls_failed", "no trusted TLS connection could be made", 502},
      {"deadline_passed", "the deadline passed", 504, Retry::yes},
      {"response_invalid", "the answer is no HTTP/1.1 or was cut short", 502, Retry::yes},
      {"response_too_large", "the answer is too large", 502},
      {"queue_full", "too many requests are under way", 503, Retry::yes},
      {"stopped", "the HTTP client has been stopped", 503},
      {"request_invalid", "the request cannot be sent", 400},
  }};
  return rows[static_cast<std::size_t>(code) - 1];
}

struct Client::Impl {
  explicit Impl(ClientOptions options)
      : requests_max(options.requests_max), common_tls(std::move(options.ca_file)) {
    thread = std::thread{[this] { loop.run(); }};
  }

  TransferId submit(ClientRequest request, ClientStream stream, Done done);
  void take_submitted();
  void begin(Submission submission);
  void cancel(TransferId id);
  void cancel_all();

  const std::size_t requests_max;
  CommonTls common_tls;
  asio::io_context loop{1};
  asio::executor_work_guard<asio::io_context::executor_type> keep_running{loop.get_executor()};

  // On the client's thread only.
  std::unordered_map<TransferId, std::shared_ptr<Transfer>> transfers;

  std::mutex mutex;  // guards the four below
  std::vector<Submission> submitted;
  std::size_t requests = 0;
  TransferId last_id = 0;
  bool stopped = false;

  std::thread thread;
};

void Client::Impl::take_submitted() {
  std::unique_lock lock{mutex};
  std::vector<Submission> taken = std::exchange(submitted, {});
  lock.unlock();
  for (Submission& submission : taken) begin(std::move(submission));
}

void Client::Impl::begin(Submission submission) {
  if (!submission.taken) return submission.done(Error{ClientErrc::queue_full});
  const TransferId id = submission.id;
  auto transfer = std::make_shared<Transfer>(loop, common_tls, std::move(submission));
  transfers.emplace(id, transfer);
  transfer->start([this, id] {
    transfers.erase(id);
    const std::lock_guard lock{mutex};
    --requests;
  });
}

void Client::Impl::cancel(TransferId id) {
  const auto found = transfers.find(id);
  if (found == transfers.end()) return;
  const auto transfer = found->second;  // it leaves the map
  transfer->cancel();
}

/// The last thing the loop does: nothing is submitted any more.
void Client::Impl::cancel_all() {
  take_submitted();
  const auto running = transfers;  // each leaves the map as it ends
  for (const auto& [id, transfer] : running) transfer->cancel();
  loop.stop();  // does not wait for name look-ups
}

Client::Client(ClientOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Client::~Client() { stop(); }

TransferId Client::Impl::submit(ClientRequest request, ClientStream stream, Done done) {
  std::unique_lock lock{mutex};
  if (stopped) {
    lock.unlock();
    done(Error{ClientErrc::stopped});
    return 0;
  }
  const bool taken = requests < requests_max;
  if (taken) ++requests;
  const TransferId id = ++last_id;
  submitted.push_back({id, std::move(request), std::move(stream), std::move(done), taken});
  asio::post(loop, [this] { take_submitted(); });
  return id;
}

TransferId Client::send(ClientRequest request, Done done) {
  return impl_->submit(std::move(request), {}, std::move(done));
}

TransferId Client::stream(ClientRequest request, ClientStream stream, Done done) {
  MS_CHECK(static_cast<bool>(stream.on_part));
  return impl_->submit(std::move(request), std::move(stream), std::move(done));
}

void Client::cancel(TransferId transfer) {
  asio::post(impl_->loop, [impl = impl_.get(), transfer] { impl->cancel(transfer); });
}

void Client::post(UniqueFunction<void()> work, Millis after) {
  if (after <= Millis{0}) {
    asio::post(impl_->loop, [work = std::move(work)] { work(); });
    return;
  }
  auto timer = std::make_shared<asio::steady_timer>(impl_->loop, after);
  timer->async_wait([timer, work = std::move(work)](const error_code& error) {
    if (!error) work();
  });
}

void Client::stop() {
  MS_CHECK(impl_->thread.get_id() != std::this_thread::get_id());
  {
    const std::lock_guard lock{impl_->mutex};
    if (std::exchange(impl_->stopped, true)) return;
    asio::post(impl_->loop, [impl = impl_.get()] { impl->cancel_all(); });
  }
  impl_->thread.join();
}

Result<ClientResponse> send_and_wait(Client& client, ClientRequest request) {
  std::promise<Result<ClientResponse>> promise;
  auto answer = promise.get_future();
  client.send(std::move(request), [&promise](Result<ClientResponse> response) {
    promise.set_value(std::move(response));
  });
  return answer.get();
}

}  // namespace mainstay::http
