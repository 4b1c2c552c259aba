#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "apps/exchange/domain/models/counter_random.hpp"
#include "apps/exchange/domain/simulation/event_queue.hpp"
#include "apps/exchange/domain/simulation/venue.hpp"

namespace mainstay::exchange::simulation {

class Kernel;

/// How long an agent's messages travel, either way: `base_ns` and an even draw below `jitter_ns`
/// from the agent's own numbers. Messages of one direction do not overtake each other.
struct Latency {
  std::int64_t base_ns = 0;
  std::int64_t jitter_ns = 0;
};

/// What an agent sees and can do, during one of its calls.
class Desk {
 public:
  [[nodiscard]] std::int64_t now() const;
  /// The book as it is now: an agent's latency lies between deciding and the venue, both legs in
  /// one.
  [[nodiscard]] const Top& top(SymbolId symbol) const;
  void depth(SymbolId symbol, Side side, std::size_t levels_max, std::vector<Level>& out) const;
  /// The agent's own numbers: what others draw does not change them.
  models::CounterRandom& random();

  /// Sends an order; its id. Price and quantity must be above 0.
  OrderId place(SymbolId symbol, OrderAct act, Side side, Price price, Quantity quantity);
  void cancel(SymbolId symbol, OrderId id);

  /// The next on_wake(); in the place of the one that was set before. Not in the past.
  void wake_in(std::int64_t ns);
  /// on_market() whenever the symbol's top has changed, once for all changes on the way.
  void subscribe(SymbolId symbol);

 private:
  friend class Kernel;
  Desk(Kernel& kernel, AgentNumber agent) : kernel_(kernel), agent_(agent) {}
  Kernel& kernel_;
  AgentNumber agent_;
};

/// Somebody who takes part. Everything it knows comes through its calls, everything random from its
/// desk: then a simulation is a function of its seed and its agents.
class Agent {
 public:
  virtual ~Agent() = default;
  /// Once, before time runs: mostly wake_in().
  virtual void on_start(Desk& desk) = 0;
  virtual void on_wake(Desk& desk) = 0;
  virtual void on_report(Desk& /*desk*/, const Report& /*report*/) {}
  virtual void on_market(Desk& /*desk*/, SymbolId /*symbol*/) {}
};

struct KernelOptions {
  std::uint64_t seed = 1;
  std::int64_t start_ns = 0;
  std::uint32_t symbols = 1;            // ids below this
  std::size_t pending_max = 4'000'000;  // messages and wakes on the way
};

/// Messages that were delivered, by kind.
struct KernelCounts {
  std::uint64_t wakes = 0;
  std::uint64_t orders = 0;
  std::uint64_t reports = 0;
  std::uint64_t markets = 0;
  std::uint64_t dropped = 0;  // orders that were not sent: pending_max
  [[nodiscard]] std::uint64_t messages() const { return wakes + orders + reports + markets; }
};

/// A discrete-event simulation: time jumps from message to message; those of one time are delivered
/// in the order in which they were sent. No clock, no threads, no allocation for a message once
/// buffers have grown: the same seed, agents and venue give the same digest() anywhere. The venue
/// outlives the kernel.
class Kernel {
 public:
  Kernel(const KernelOptions& options, Venue& venue);

  /// Before the first run_until().
  AgentNumber add(std::unique_ptr<Agent> agent, Latency latency);

  /// Delivers everything up to and including `end_ns`, at most `messages_max` of it (for a progress
  /// bar, or to stop); true when nothing is left until then.
  bool run_until(std::int64_t end_ns, std::uint64_t messages_max = UINT64_MAX);

  [[nodiscard]] std::int64_t now() const { return now_; }
  [[nodiscard]] const KernelCounts& counts() const { return counts_; }
  [[nodiscard]] std::size_t agents() const { return seats_.size(); }
  /// Of every message in order.
  [[nodiscard]] std::uint64_t digest() const { return digest_; }

 private:
  friend class Desk;

  enum class Kind : std::uint32_t { wake, order, report, market };
  static constexpr unsigned index_bits = 30;
  static constexpr std::uint32_t index_mask = (1U << index_bits) - 1;

  struct alignas(64) Seat {
    std::unique_ptr<Agent> agent;
    models::CounterRandom random;
    models::CounterRandom jitter;
    Latency latency;
    std::int64_t sent_until = 0;      // when the last order arrives
    std::int64_t reported_until = 0;  // when the last report arrives
    std::uint32_t orders = 0;         // numbers its ids
    std::uint32_t wake = 0;           // which of the wakes on the way counts
  };

  /// Things on the way, by index, and the free ones of them.
  template <class T>
  struct Pool {
    std::vector<T> items;
    std::vector<std::uint32_t> free;
    std::uint32_t put(const T& item);
    T take(std::uint32_t index);
  };

  void schedule(std::int64_t at, AgentNumber agent, Kind kind, std::uint32_t index);
  std::int64_t travel(Seat& seat, std::int64_t& until);
  void send(AgentNumber agent, const OrderMessage& message);
  void deliver(const Scheduled& item);
  void carry_out(const OrderMessage& message);
  void mix(std::uint64_t value) { digest_ = (digest_ ^ value) * 1099511628211U; }

  struct Market {
    const Top* top = nullptr;  // the venue's; nullptr: nothing was sent there yet
    Top told_of;               // what subscribers were told of last
    std::vector<AgentNumber> subscribers;
    std::vector<bool> told;  // by agent: a notice is on the way
  };

  KernelOptions options_;
  Venue& venue_;
  EventQueue queue_;
  std::vector<Seat> seats_;
  std::vector<Market> markets_;  // by symbol
  Pool<OrderMessage> orders_;
  Pool<Report> reports_;
  std::vector<Report> made_;  // by the message that is carried out
  KernelCounts counts_;
  std::int64_t now_;
  std::uint64_t digest_ = 1469598103934665603U;
  bool started_ = false;
};

}  // namespace mainstay::exchange::simulation
