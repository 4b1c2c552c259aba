#include "platform/http/server.hpp"

#include <algorithm>
#include <system_error>
#include <thread>
#include <utility>

#include "base/check.hpp"
#include "platform/http/acceptor.hpp"
#include "platform/http/event_loop.hpp"

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

  Result<> listen();
  Result<> listen(const Listener& listener);
  Result<> start_threads();
  [[nodiscard]] ServerStats count() const;

  ServerOptions options;
  const Clock& clock;
  SharedState shared;
  std::vector<std::unique_ptr<EventLoop>> loops;
  std::vector<std::thread> threads;
  std::vector<std::uint16_t> ports;
  ServerStats last_stats;  // after stop()
};

Result<> Server::Impl::listen() {
  for (const auto& listener : options.listeners) {
    MS_CHECK(listener.router != nullptr);
    MS_TRY_VOID(listen(listener));
  }
  return {};
}

Result<> Server::Impl::listen(const Listener& listener) {
  auto port = listener.port;
  if (port != 0) {
    // A shared socket would join another server of this user instead of failing.
    MS_TRY([[maybe_unused]] auto probe, listen_on(listener.address, port, Sharing::alone));
  }
  for (const auto& loop : loops) {
    MS_TRY(auto socket, listen_on(listener.address, port, Sharing::shared));
    port = bound_port(socket);
    loop->add_listener(listener, std::move(socket));
  }
  ports.push_back(port);
  return {};
}

Result<> Server::Impl::start_threads() {
  try {
    for (const auto& loop : loops) threads.emplace_back([&loop = *loop] { loop.run(); });
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
  MS_CHECK(impl_->loops.empty());
  auto count = impl_->options.threads;
  if (count == 0) count = std::max(1U, std::thread::hardware_concurrency());
  for (std::size_t i = 0; i < count; ++i) {
    impl_->loops.push_back(
        std::make_unique<EventLoop>(impl_->options, impl_->clock, impl_->shared, i));
  }
  impl_->shared.loops_accepting = count;
  auto result = impl_->listen();
  if (result) result = impl_->start_threads();
  if (!result) stop();
  return result;
}

std::uint16_t Server::port(std::size_t index) const { return impl_->ports.at(index); }

void Server::drain(Millis deadline) {
  if (impl_->loops.empty()) return;
  for (const auto& loop : impl_->loops) loop->ask_to_drain();
  auto& shared = impl_->shared;
  std::unique_lock lock{shared.mutex};
  shared.changed.wait_for(
      lock, deadline, [&] { return shared.loops_accepting == 0 && shared.connections_open == 0; });
}

void Server::stop() {
  if (impl_->loops.empty()) return;
  for (const auto& loop : impl_->loops) loop->ask_to_stop();
  for (auto& thread : impl_->threads) thread.join();
  impl_->threads.clear();
  impl_->last_stats = impl_->count();
  impl_->last_stats.connections_open = 0;
  impl_->loops.clear();
}

ServerStats Server::stats() const {
  return impl_->loops.empty() ? impl_->last_stats : impl_->count();
}

}  // namespace mainstay::http
