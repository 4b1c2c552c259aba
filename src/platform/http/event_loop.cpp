#include "platform/http/event_loop.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include "platform/http/acceptor.hpp"

namespace mainstay::http {

namespace {

constexpr std::size_t handlers_per_wakeup_max = 1'024;
constexpr std::size_t spares_max = 64;
constexpr std::size_t output_kept_max = 64U << 10U;
constexpr std::size_t refused_connections_max = 256;
constexpr Millis tick_length_max{1'000};
constexpr Millis tick_length_min{10};

/// A second, or less where a limit is so short that a second would miss it by far.
Millis tick_length_for(const Limits& limits) {
  const auto shortest =
      std::min({limits.head_timeout, limits.body_timeout, limits.idle_timeout, limits.send_timeout,
                limits.send_total_timeout, limits.commit_timeout});
  return std::clamp(shortest / 4, tick_length_min, tick_length_max);
}

}  // namespace

EventLoop::EventLoop(const ServerOptions& options, const Clock& clock, SharedState& shared,
                     std::size_t index)
    : options_(options),
      clock_(clock),
      shared_(shared),
      index_(index),
      mailbox_(std::make_shared<Mailbox>(
          [this] { boost::asio::post(context_, [this] { on_mail(); }); })),
      timer_(context_),
      tick_length_(tick_length_for(options.limits)),
      readers_(spares_max),
      outputs_(spares_max),
      scratch_(std::make_unique_for_overwrite<char[]>(scratch_bytes)),
      last_request_id_(std::uint64_t{index} << 48U) {}

EventLoop::~EventLoop() {
  mailbox_->close();
  for (const auto& connection : connections_) connection->close();
}

Result<> EventLoop::add_listener(const Listener& listener, Descriptor socket) {
  acceptors_.push_back(std::make_unique<Acceptor>(*this, listener));
  return acceptors_.back()->open(std::move(socket));
}

void EventLoop::run() {
  for (const auto& acceptor : acceptors_) acceptor->start();
  do_tick();
  while (!stopping_) {
    // The timer always waits, so the context never runs out of work.
    if (to_resume_.empty()) context_.run_one();
    for (std::size_t count = 1; count < handlers_per_wakeup_max; ++count) {
      if (context_.poll_one() == 0) break;
    }
    resume_waiting();
    end_wakeup();
  }
}

void EventLoop::ask_to_retire() {
  mailbox_->put([this] { retire(Departure::restart); });
}

void EventLoop::ask_to_drain(Queue queue) {
  mailbox_->put([this, queue] { drain(queue); });
}

void EventLoop::ask_to_stop() {
  mailbox_->put([this] { stopping_ = true; });
}

void EventLoop::on_mail() {
  for (auto& mail : mailbox_->take_all()) mail();
}

// --- Connections

void EventLoop::adopt(Descriptor descriptor, Connection::Origin origin) {
  const auto open = shared_.connections_open.fetch_add(1) + 1;
  if (open > limits().connections_max + refused_connections_max) return on_closed(false);
  if (open > limits().connections_max) origin.admission = Connection::Admission::refused;

  Socket socket{context_};
  boost::system::error_code error;
  // The family matters to Asio's own connect and bind only.
  socket.assign(boost::asio::ip::tcp::v4(), descriptor.get(), error);
  if (error) return on_closed(false);
  descriptor.release();
  LoopStats::add_one(stats_.accepted);
  auto connection = std::make_unique<Connection>(*this, std::move(socket), std::move(origin));
  connection->slot = static_cast<std::uint32_t>(connections_.size());
  connections_.push_back(std::move(connection));
  connections_.back()->start();
}

void EventLoop::on_closed(bool was_leaving) {
  shared_.connections_open.fetch_sub(1);
  if (!was_leaving || shared_.connections_leaving.fetch_sub(1) > 1) return;
  const std::lock_guard lock{shared_.mutex};
  shared_.changed.notify_all();
}

void EventLoop::free_buried() {
  for (auto* connection : buried_) {
    const auto slot = connection->slot;
    std::swap(connections_[slot], connections_.back());
    connections_[slot]->slot = slot;
    connections_.pop_back();
  }
  buried_.clear();
}

std::unique_ptr<RequestReader> EventLoop::take_reader() {
  return readers_.take([this] { return std::make_unique<RequestReader>(limits()); });
}

void EventLoop::give_reader(std::unique_ptr<RequestReader> reader) {
  reader->clear();
  readers_.give(std::move(reader));
}

std::unique_ptr<std::string> EventLoop::take_output() {
  return outputs_.take([] { return std::make_unique<std::string>(); });
}

void EventLoop::give_output(std::unique_ptr<std::string> output) {
  if (output->capacity() > output_kept_max) return;
  output->clear();
  outputs_.give(std::move(output));
}

// --- The end of a wake-up

void EventLoop::flush_later(Connection& connection) {
  if (std::exchange(connection.listed_for_flush, true)) return;
  to_flush_.push_back(&connection);
}

void EventLoop::call_behind(AfterHandlers& what) {
  if (std::ranges::find(behind_, &what) == behind_.end()) behind_.push_back(&what);
}

void EventLoop::call_those_behind() {
  for (auto* what : std::exchange(behind_, {})) what->after_handlers();
}

void EventLoop::resume_later(Connection& connection) { to_resume_.push_back(&connection); }

void EventLoop::resume_waiting() {
  resuming_.swap(to_resume_);
  for (auto* connection : resuming_) connection->resume();
  resuming_.clear();
}

void EventLoop::end_wakeup() {
  if (!behind_.empty()) call_those_behind();
  if (!to_flush_.empty()) {
    hold_answers();
    flushing_.swap(to_flush_);
    for (auto* connection : flushing_) {
      connection->listed_for_flush = false;
      connection->flush();
    }
    flushing_.clear();
    if (!behind_.empty()) call_those_behind();  // flushing lets connections go on
  }
  free_buried();
}

/// Releases this wake-up's answers, or puts them behind those that the barrier holds already.
void EventLoop::hold_answers() {
  const bool promised = std::ranges::any_of(
      to_flush_, [](const Connection* connection) { return connection->must_wait(); });
  if (!promised) {
    if (options_.barrier) (void)options_.barrier->commit({});
    for (auto* connection : to_flush_) connection->release_all();
    return;
  }
  const auto batch = first_held_ + held_.size();
  const bool durable =
      !options_.barrier || options_.barrier->commit([mailbox = mailbox_, this, batch] {
        mailbox->put([this, batch] { on_durable(batch); });
      });
  if (durable && held_.empty()) {
    for (auto* connection : to_flush_) connection->release_all();
    return;
  }
  auto& held = held_.emplace_back();
  held.durable = durable;
  held.parts.reserve(to_flush_.size());
  for (auto* connection : to_flush_) {
    if (connection->closed()) continue;
    if (!connection->must_wait()) {
      connection->release_all();
      continue;
    }
    connection->hold();
    held.parts.push_back({connection, connection->written()});
  }
}

void EventLoop::on_durable(std::uint64_t batch) {
  held_[batch - first_held_].durable = true;
  while (!held_.empty() && held_.front().durable) {
    const auto ready = std::move(held_.front());
    held_.pop_front();
    ++first_held_;
    for (const auto& part : ready.parts) {
      part.connection->release(part.position);
      part.connection->flush();
      part.connection->unpin();
    }
  }
}

// --- Time and ending

std::uint32_t EventLoop::tick_after(Millis span) const {
  return tick_ + static_cast<std::uint32_t>((span + tick_length_ - Millis{1}) / tick_length_) + 1;
}

void EventLoop::do_tick() {
  timer_.expires_after(tick_length_);
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) on_tick();
  });
}

void EventLoop::on_tick() {
  ++tick_;
  // By index: sweeping closes connections but neither adds nor frees any.
  for (std::size_t i = 0; i < connections_.size(); ++i) connections_[i]->on_sweep();
  do_tick();
}

void EventLoop::retire(Departure why) {
  departure_ = why;
  for (std::size_t i = 0; i < connections_.size(); ++i) connections_[i]->leave();
  const std::lock_guard lock{shared_.mutex};
  --shared_.loops_to_ask;
  shared_.changed.notify_all();
}

void EventLoop::drain(Queue queue) {
  for (const auto& acceptor : acceptors_) acceptor->stop(queue);
  retire(queue == Queue::kept ? Departure::restart : Departure::shutdown);
}

}  // namespace mainstay::http
