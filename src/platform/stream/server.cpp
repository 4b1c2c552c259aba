#include "platform/stream/server.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <future>
#include <mutex>
#include <pthread.h>
#include <span>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include "platform/http/mailbox.hpp"
#include "platform/http/server.hpp"

namespace mainstay::stream {
namespace {

constexpr int events_per_wakeup_max = 64;
constexpr int accepts_per_wakeup_max = 64;
constexpr std::size_t scratch_bytes = 64U << 10U;
constexpr std::size_t thread_name_max = 15;  // pthread_setname_np

Error system_error(std::string_view what) {
  return {http::ServerErrc::listen_failed,
          std::string{what} + ": " + std::generic_category().message(errno)};
}

}  // namespace

/// The thread's: its sockets, its connections, and the mail for it.
class Loop {
 public:
  Loop(const ServerOptions& options, const Clock& clock)
      : options_(options),
        clock_(clock),
        wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        scratch_(scratch_bytes, '\0') {}

  Result<> open(http::Descriptor listener) {
    listener_ = std::move(listener);
    epoll_ = http::Descriptor{::epoll_create1(EPOLL_CLOEXEC)};
    if (epoll_.get() < 0 || wake_.get() < 0) return system_error("epoll");
    if (!watch(EPOLL_CTL_ADD, wake_.get(), EPOLLIN, &wake_) ||
        !watch(EPOLL_CTL_ADD, listener_.get(), EPOLLIN, &listener_)) {
      return system_error("epoll_ctl");
    }
    return {};
  }

  void run();
  void post(UniqueFunction<void()> work) { mailbox_.put(std::move(work)); }
  /// Any thread, for mail that waits.
  void wake() const { (void)::eventfd_write(wake_.get(), 1); }
  void stop_accepting();
  void ask_to_stop() { stopping_ = true; }
  void close_mailbox() { mailbox_.close(); }

  bool wait_until_empty(Millis deadline) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, deadline, [this] { return open_ == 0; });
  }
  [[nodiscard]] ServerStats stats() const {
    return {open_.load(), accepted_.load(), refused_.load(), slow_.load()};
  }

 private:
  /// Closing a socket is not enough: as long as anybody else has a descriptor of it (a child
  /// between its fork and its exec, a successor), events of it would go on coming.
  void forget(int socket) const { (void)watch(EPOLL_CTL_DEL, socket, 0, nullptr); }
  bool watch(int operation, int socket, std::uint32_t wanted, void* who) const {
    epoll_event event{};
    event.events = wanted;
    event.data.ptr = who;
    return ::epoll_ctl(epoll_.get(), operation, socket, &event) == 0;
  }
  void wait();
  void on_event(const epoll_event& event);
  void on_mail();
  void accept_waiting();
  void adopt(http::Accepted accepted);
  void on_tick();
  void settle();
  void settle(Connection& connection, SteadyTime give_up_at);
  void let_go(Connection& connection);
  void end_all();
  void count_open();

  const ServerOptions& options_;
  const Clock& clock_;
  http::Descriptor wake_;
  http::Mailbox mailbox_{[this] { wake(); }};
  http::Descriptor epoll_;
  http::Descriptor listener_;
  bool accepting_paused_ = false;  // out of descriptors, until the next tick
  bool stopping_ = false;
  std::vector<std::unique_ptr<Connection>> connections_;
  Connection::List touched_;
  Connection::List settling_;  // touched_ of this wake-up; kept for its capacity
  std::string scratch_;
  SteadyTime next_tick_{};

  std::atomic<std::size_t> open_{0};
  std::atomic<std::uint64_t> accepted_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> slow_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
};

void Loop::run() {
  wake();  // for what was posted before there was an eventfd
  next_tick_ = clock_.steady() + options_.tick;
  while (!stopping_) {
    wait();
    if (clock_.steady() >= next_tick_) on_tick();
    settle();
  }
  end_all();
}

void Loop::wait() {
  const auto left = std::chrono::ceil<Millis>(next_tick_ - clock_.steady());
  const auto bounded = std::clamp(left, Millis{0}, options_.tick);
  std::array<epoll_event, events_per_wakeup_max> events;
  const int count = ::epoll_wait(epoll_.get(), events.data(), events_per_wakeup_max,
                                 static_cast<int>(bounded.count()));
  for (const epoll_event& event :
       std::span{events}.first(static_cast<std::size_t>(std::max(count, 0)))) {
    on_event(event);
  }
}

void Loop::on_event(const epoll_event& event) {
  if (event.data.ptr == &wake_) return on_mail();
  if (event.data.ptr == &listener_) return accept_waiting();
  auto& connection = *static_cast<Connection*>(event.data.ptr);
  if ((event.events & EPOLLOUT) != 0) connection.touch();
  if ((event.events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0) connection.read(scratch_);
}

void Loop::on_mail() {
  eventfd_t ignored = 0;
  (void)::eventfd_read(wake_.get(), &ignored);
  for (auto& work : mailbox_.take_all()) work();
}

void Loop::accept_waiting() {
  if (listener_.get() < 0) return;  // of the same wake-up as the mail that closed it
  for (int i = 0; i < accepts_per_wakeup_max; ++i) {
    auto accepted = http::accept_from(listener_.get());
    if (accepted.shortage) {
      // The listener would wake us up without end.
      accepting_paused_ = true;
      (void)watch(EPOLL_CTL_MOD, listener_.get(), 0, &listener_);
    }
    if (accepted.socket.get() < 0) return;
    adopt(std::move(accepted));
  }
}

void Loop::adopt(http::Accepted accepted) {
  if (connections_.size() >= options_.limits.connections_max) {
    refused_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  std::optional<tls::Channel> channel;
  if (options_.tls) channel.emplace(options_.tls->accept());
  auto connection =
      std::make_unique<Connection>(std::move(accepted.socket), std::move(accepted.peer),
                                   std::move(channel), clock_.steady(), touched_);
  if (!watch(EPOLL_CTL_ADD, connection->socket_.get(), EPOLLIN, connection.get())) return;
  connection->watched_ = EPOLLIN;
  connection->protocol_ = options_.open(*connection);
  connection->slot_ = connections_.size();
  connections_.push_back(std::move(connection));
  accepted_.fetch_add(1, std::memory_order_relaxed);
  count_open();
}

void Loop::on_tick() {
  const SteadyTime now = clock_.steady();
  next_tick_ = now + options_.tick;
  if (std::exchange(accepting_paused_, false) && listener_.get() >= 0) {
    (void)watch(EPOLL_CTL_MOD, listener_.get(), EPOLLIN, &listener_);
  }
  for (const auto& connection : connections_) {
    using Phase = Connection::Phase;
    const bool shaking = connection->channel_ && !connection->channel_->established();
    const bool overdue = connection->phase_ != Phase::open && now >= connection->give_up_at_ &&
                         connection->give_up_at_ != SteadyTime{};
    if (overdue || (shaking && now - connection->opened_at_ >= options_.limits.handshake_timeout)) {
      connection->abort();
    }
    if (connection->is_open()) connection->protocol_->on_tick();
  }
  if (options_.on_tick) options_.on_tick();
}

/// Sends what this wake-up left, and lets go of those that have ended.
void Loop::settle() {
  if (touched_.empty()) return;
  const SteadyTime give_up_at = clock_.steady() + options_.limits.close_timeout;
  // What on_closed() does may touch others.
  while (!touched_.empty()) {
    settling_.swap(touched_);
    for (Connection* const connection : settling_) {
      connection->is_touched_ = false;
      settle(*connection, give_up_at);
    }
    for (Connection* const connection : settling_) {
      if (connection->phase_ == Connection::Phase::closed) let_go(*connection);
    }
    settling_.clear();
  }
  count_open();
}

void Loop::settle(Connection& connection, SteadyTime give_up_at) {
  using Phase = Connection::Phase;
  // What on_sent() sends leaves at once too, as long as the kernel takes all of it.
  for (bool more = true; more;) {
    const bool had_something = connection.unsent_bytes() > 0;
    connection.flush(options_.limits.unsent_bytes_max, give_up_at);
    if (!had_something || !connection.is_open() || connection.unsent_bytes() > 0) break;
    connection.protocol_->on_sent();
    more = connection.unsent_bytes() > 0 || connection.phase_ == Phase::closing;
  }
  const std::uint32_t wanted = connection.interest();
  if (connection.phase_ == Phase::closed || wanted == connection.watched_) return;
  connection.watched_ = wanted;
  if (!watch(EPOLL_CTL_MOD, connection.socket_.get(), wanted, &connection)) connection.abort();
}

void Loop::let_go(Connection& connection) {
  // What it touches itself at its end is of no use any more.
  connection.is_touched_ = true;
  forget(connection.socket_.get());
  connection.protocol_->on_closed();
  if (connection.is_slow_) slow_.fetch_add(1, std::memory_order_relaxed);
  std::erase(touched_, &connection);
  const std::size_t slot = connection.slot_;
  std::swap(connections_[slot], connections_.back());
  connections_[slot]->slot_ = slot;
  connections_.pop_back();
}

void Loop::stop_accepting() {
  if (listener_.get() < 0) return;
  forget(listener_.get());
  listener_.reset();
  count_open();
}

void Loop::end_all() {
  for (const auto& connection : connections_) connection->abort();
  settle();
}

void Loop::count_open() {
  const std::lock_guard lock{mutex_};
  open_ = connections_.size();
  changed_.notify_all();
}

struct Server::Impl {
  Impl(ServerOptions wanted, const Clock& clock)
      : options(std::move(wanted)), loop(options, clock) {}

  ServerOptions options;
  Loop loop;
  http::Descriptor listener;
  std::uint16_t port = 0;
  std::thread thread;
};

Server::Server(ServerOptions options, const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), clock)) {}

Server::~Server() { stop(); }

Result<> Server::bind() {
  const auto& options = impl_->options;
  MS_TRY(impl_->listener, http::bind_to(options.address, options.port, http::Sharing::alone));
  impl_->port = http::bound_port(impl_->listener);
  return {};
}

void Server::take(http::Descriptor bound) {
  impl_->listener = std::move(bound);
  impl_->port = http::bound_port(impl_->listener);
}

Result<> Server::start() {
  MS_TRY_VOID(http::start_listening(impl_->listener));
  MS_TRY_VOID(impl_->loop.open(std::move(impl_->listener)));
  impl_->thread = std::thread{[this] {
    const std::string name = impl_->options.name.substr(0, thread_name_max);
    ::pthread_setname_np(::pthread_self(), name.c_str());
    impl_->loop.run();
  }};
  return {};
}

void Server::stop_accepting() {
  impl_->loop.post([this] { impl_->loop.stop_accepting(); });
}

void Server::drain(Millis deadline) {
  if (!impl_->thread.joinable()) return;
  auto closed = std::make_shared<std::promise<void>>();
  impl_->loop.post([this, closed] {
    impl_->loop.stop_accepting();
    closed->set_value();
  });
  (void)closed->get_future().wait_for(deadline);
  (void)impl_->loop.wait_until_empty(deadline);
}

void Server::stop() {
  if (impl_->thread.joinable()) {
    impl_->loop.post([this] { impl_->loop.ask_to_stop(); });
    impl_->thread.join();
  }
  impl_->loop.close_mailbox();
}

void Server::post(UniqueFunction<void()> work) { impl_->loop.post(std::move(work)); }

std::uint16_t Server::port() const { return impl_->port; }

ServerStats Server::stats() const { return impl_->loop.stats(); }

}  // namespace mainstay::stream
