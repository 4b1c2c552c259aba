#include "platform/http/server.hpp"

#include <algorithm>
#include <system_error>
#include <thread>
#include <utility>

#include "base/check.hpp"
#include "platform/http/acceptor.hpp"
#include "platform/http/event_loop.hpp"
#include "platform/metrics/metrics.hpp"

namespace mainstay::http {

const ErrorRow& error_row(ServerErrc code) {
  static constexpr ErrorRow rows[] = {
      {"address_invalid", "not an IPv4 or IPv6 address", 500, Retry::no},
      {"listen_failed", "cannot listen", 500, Retry::no},
  };
  return rows[static_cast<std::size_t>(code) - 1];
}

struct Server::Impl {
  Impl(ServerOptions with, const Clock& from) : options(std::move(with)), clock(from) {}

  Result<std::vector<Binding>> bind() const;
  [[nodiscard]] std::size_t thread_count() const;
  Result<> listen();
  Result<> start_threads();
  template <class Ask>
  void ask_and_wait(Millis deadline, Ask&& ask);
  [[nodiscard]] ServerStats count() const;

  ServerOptions options;
  const Clock& clock;
  SharedState shared;
  std::vector<std::unique_ptr<EventLoop>> loops;
  std::vector<std::thread> threads;
  std::vector<Binding> bindings;  // one a listener
  ServerStats last_stats;         // after stop()
};

std::size_t Server::Impl::thread_count() const {
  return options.threads > 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
}

Result<std::vector<Binding>> Server::Impl::bind() const {
  std::vector<Binding> bound;
  for (const auto& listener : options.listeners) {
    MS_TRY(auto one, bind_listener(listener, thread_count()));
    bound.push_back(std::move(one));
  }
  return bound;
}

/// Every queue has a thread that accepts from it, or its clients would wait in vain: with more
/// queues than threads a thread has several, with more threads than queues threads share one.
/// The threads get descriptors of their own; ours keep the queues for hand_over().
Result<> Server::Impl::listen() {
  for (std::size_t which = 0; which < options.listeners.size(); ++which) {
    const auto& listener = options.listeners[which];
    const auto& sockets = bindings[which].sockets;
    MS_CHECK(listener.router != nullptr && !sockets.empty());
    for (const auto& socket : sockets) MS_TRY_VOID(start_listening(socket));
    for (std::size_t i = 0; i < std::max(sockets.size(), loops.size()); ++i) {
      auto socket = duplicate(sockets[i % sockets.size()]);
      MS_TRY_VOID(loops[i % loops.size()]->add_listener(listener, std::move(socket)));
    }
  }
  return {};
}

Result<> Server::Impl::start_threads() {
  try {
    for (const auto& loop : loops) {
      threads.emplace_back([&loop = *loop] {
        const metrics::OwnCell cell;
        loop.run();
      });
    }
  } catch (const std::system_error& error) {
    return Error{ServerErrc::listen_failed, error.what()};
  }
  return {};
}

ServerStats Server::Impl::count() const {
  ServerStats sum;
  sum.connections_open = shared.connections_open.load();
  for (const auto& loop : loops) {
    sum.connections_accepted += loop->stats().accepted.load(std::memory_order_relaxed);
    sum.requests += loop->stats().requests.load(std::memory_order_relaxed);
    sum.refusals += loop->stats().refusals.load(std::memory_order_relaxed);
  }
  return sum;
}

Server::Server(ServerOptions options, const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), clock)) {}

Server::~Server() { stop(); }

Result<> Server::start() {
  MS_TRY(auto bindings, impl_->bind());
  return start(std::move(bindings));
}

Result<> Server::start(std::vector<Binding> bindings) {
  MS_CHECK(impl_->loops.empty() && bindings.size() == impl_->options.listeners.size());
  impl_->bindings = std::move(bindings);
  for (std::size_t i = 0; i < impl_->thread_count(); ++i) {
    impl_->loops.push_back(
        std::make_unique<EventLoop>(impl_->options, impl_->clock, impl_->shared, i));
  }
  auto result = impl_->listen();
  if (result) result = impl_->start_threads();
  if (!result) stop();
  return result;
}

std::uint16_t Server::port(std::size_t index) const { return impl_->bindings.at(index).port; }

template <class Ask>
void Server::Impl::ask_and_wait(Millis deadline, Ask&& ask) {
  if (loops.empty()) return;
  {
    const std::lock_guard lock{shared.mutex};
    shared.loops_to_ask += loops.size();
  }
  for (const auto& loop : loops) ask(*loop);
  std::unique_lock lock{shared.mutex};
  shared.changed.wait_for(
      lock, deadline, [&] { return shared.loops_to_ask == 0 && shared.connections_leaving == 0; });
}

void Server::retire(Millis deadline) {
  impl_->ask_and_wait(deadline, [](EventLoop& loop) { loop.ask_to_retire(); });
}

void Server::drain(Millis deadline) {
  // First, so that the threads close the queues: what they find at last is all there will be.
  for (auto& binding : impl_->bindings) binding.sockets.clear();
  impl_->ask_and_wait(deadline, [](EventLoop& loop) { loop.ask_to_drain(Queue::given_up); });
}

std::vector<Binding> Server::hand_over(Millis deadline) {
  impl_->ask_and_wait(deadline, [](EventLoop& loop) { loop.ask_to_drain(Queue::kept); });
  auto bindings = std::move(impl_->bindings);
  stop();
  return bindings;
}

void Server::stop() {
  if (impl_->loops.empty()) return;
  for (const auto& loop : impl_->loops) loop->ask_to_stop();
  for (auto& thread : impl_->threads) thread.join();
  impl_->threads.clear();
  impl_->last_stats = impl_->count();
  impl_->last_stats.connections_open = 0;
  impl_->loops.clear();
  for (auto& binding : impl_->bindings) binding.sockets.clear();
}

ServerStats Server::stats() const {
  return impl_->loops.empty() ? impl_->last_stats : impl_->count();
}

}  // namespace mainstay::http
