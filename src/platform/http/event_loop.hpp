#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "platform/http/buffer_pool.hpp"
#include "platform/http/connection.hpp"
#include "platform/http/listening_socket.hpp"
#include "platform/http/mailbox.hpp"
#include "platform/http/response_writer.hpp"
#include "platform/http/server.hpp"

namespace mainstay::http {

class Acceptor;

/// What the event loops of one server share. Any thread.
struct SharedState {
  std::atomic<std::size_t> connections_open{0};
  std::atomic<std::size_t> connections_leaving{0};  // of the open ones: asked to, not yet gone
  std::mutex mutex;
  std::condition_variable changed;  // with mutex: a loop was asked, or the last leaving one left
  std::size_t loops_to_ask = 0;     // guarded by mutex: have not yet heard of retire or drain
};

/// What becomes of a listening socket's queue when its acceptor stops.
enum class Queue : std::uint8_t {
  given_up,  // what waits is taken and served; nobody else will
  kept,      // it waits for a successor, who has the socket too
};

/// Counters that their own loop alone writes; read by any thread.
struct alignas(64) LoopStats {
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> refusals{0};

  static void add_one(std::atomic<std::uint64_t>& counter) {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
};

/// One I/O thread: its sockets, its connections, and what they borrow. A wake-up runs every handler
/// that is ready (up to a bound), then the commit barrier once, then one send a connection.
///
/// Thread: everything belongs to the thread in run(), except the ask_to_...s and stats.
/// Bound: connections by Limits; held batches by the connections' output limits.
class EventLoop {
 public:
  using TickTimer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                        boost::asio::wait_traits<std::chrono::steady_clock>,
                                        boost::asio::io_context::executor_type>;

  EventLoop(const ServerOptions& options, const Clock& clock, SharedState& shared,
            std::size_t index);
  ~EventLoop();

  /// Before run().
  Result<> add_listener(const Listener& listener, Descriptor socket);
  /// Returns after ask_to_stop().
  void run();
  /// Asks the connections that are open to leave; accepts new ones.
  void ask_to_retire();
  /// Accepts no more, and asks the open ones to leave.
  void ask_to_drain(Queue queue);
  void ask_to_stop();
  [[nodiscard]] const LoopStats& stats() const { return stats_; }

  // For acceptors and connections.

  void adopt(Descriptor socket, Connection::Origin origin);
  [[nodiscard]] boost::asio::io_context& context() { return context_; }
  [[nodiscard]] const ServerOptions& options() const { return options_; }
  [[nodiscard]] const Limits& limits() const { return options_.limits; }
  [[nodiscard]] const Clock& clock() const { return clock_; }
  /// Steady time for durations. Answers to requests that came in one piece, and so began at one
  /// moment, share a reading among eight.
  SteadyTime read_steady() {
    steady_uses_ = 0;
    return steady_ = clock_.steady();
  }
  [[nodiscard]] SteadyTime recent_steady() {
    constexpr unsigned uses_max = 8;
    if (steady_uses_++ % uses_max == 0) steady_ = clock_.steady();
    return steady_;
  }
  [[nodiscard]] std::size_t index() const { return index_; }
  [[nodiscard]] const std::shared_ptr<Mailbox>& mailbox() const { return mailbox_; }
  [[nodiscard]] Response& response() { return response_; }
  [[nodiscard]] ResponseWriter& writer() { return writer_; }
  [[nodiscard]] LoopStats& counters() { return stats_; }
  [[nodiscard]] std::uint64_t next_request_id() { return ++last_request_id_; }
  /// For bytes that are used up before the next read.
  [[nodiscard]] std::span<char> scratch() { return {scratch_.get(), scratch_bytes}; }
  [[nodiscard]] std::string& plaintext() { return plaintext_; }

  [[nodiscard]] std::unique_ptr<RequestReader> take_reader();
  void give_reader(std::unique_ptr<RequestReader> reader);
  [[nodiscard]] std::unique_ptr<std::string> take_output();
  void give_output(std::unique_ptr<std::string> output);

  /// Of the protocol that connections upgrade to.
  [[nodiscard]] std::unique_ptr<ThreadState>& thread_state() { return thread_state_; }
  /// Why connections were last asked to leave.
  [[nodiscard]] Departure departure() const { return departure_; }

  /// The tick by which `span` is surely over.
  [[nodiscard]] std::uint32_t tick_after(Millis span) const;
  [[nodiscard]] std::uint32_t tick() const { return tick_; }

  /// Flushes it at the end of this wake-up, after the barrier.
  void flush_later(Connection& connection);
  /// Calls it once behind this wake-up's handlers.
  void call_behind(AfterHandlers& what);
  /// Calls resume() in the next wake-up.
  void resume_later(Connection& connection);
  void on_leaving() { shared_.connections_leaving.fetch_add(1); }
  void on_closed(bool was_leaving);
  /// Nothing points to it any more.
  void bury(Connection& connection) { buried_.push_back(&connection); }

 private:
  static constexpr std::size_t scratch_bytes = 16U << 10U;

  /// Answers that wait for the barrier, up to a place in each connection's stream.
  struct HeldBatch {
    struct Part {
      Connection* connection;
      std::uint64_t position;
    };
    bool durable = false;
    std::vector<Part> parts;
  };

  void do_tick();
  void on_tick();
  void on_mail();
  void end_wakeup();
  void call_those_behind();
  void hold_answers();
  void on_durable(std::uint64_t batch);
  void resume_waiting();
  void retire(Departure why);
  void drain(Queue queue);
  void free_buried();

  const ServerOptions& options_;
  const Clock& clock_;
  SharedState& shared_;
  std::size_t index_;
  boost::asio::io_context context_{1};
  std::shared_ptr<Mailbox> mailbox_;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
  TickTimer timer_;
  Millis tick_length_;
  std::uint32_t tick_ = 1;
  bool stopping_ = false;
  Departure departure_ = Departure::shutdown;

  Pool<RequestReader> readers_;
  Pool<std::string> outputs_;
  Response response_;
  ResponseWriter writer_;
  std::unique_ptr<char[]> scratch_;
  std::string plaintext_;
  std::uint64_t last_request_id_;
  SteadyTime steady_{};
  unsigned steady_uses_ = 0;  // since it was read, of the recent one
  LoopStats stats_;
  std::unique_ptr<ThreadState> thread_state_;

  std::vector<std::unique_ptr<Connection>> connections_;  // open ones, and closed ones still pinned
  std::vector<Connection*> to_flush_;
  std::vector<Connection*> flushing_;  // to_flush_ of the last wake-up; kept for its capacity
  std::vector<Connection*> to_resume_;
  std::vector<Connection*> resuming_;
  std::vector<Connection*> buried_;
  std::vector<AfterHandlers*> behind_;  // a handful at most
  std::deque<HeldBatch> held_;          // oldest first; numbers are consecutive
  std::uint64_t first_held_ = 0;        // number of held_.front()
};

}  // namespace mainstay::http
