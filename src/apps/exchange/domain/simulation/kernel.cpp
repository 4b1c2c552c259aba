#include "apps/exchange/domain/simulation/kernel.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"

namespace mainstay::exchange::simulation {
namespace {

// Each agent has two streams of numbers: its own, and those of its latency.
constexpr std::uint64_t jitter_streams = std::uint64_t{1} << 40U;

const Top nothing;

}  // namespace

std::int64_t Desk::now() const { return kernel_.now_; }

const Top& Desk::top(SymbolId symbol) const {
  const Top* top = kernel_.markets_[symbol.get()].top;
  return top != nullptr ? *top : nothing;
}

void Desk::depth(SymbolId symbol, Side side, std::size_t levels_max,
                 std::vector<Level>& out) const {
  kernel_.venue_.depth(symbol, side, levels_max, out);
}

models::CounterRandom& Desk::random() { return kernel_.seats_[agent_].random; }

OrderId Desk::place(SymbolId symbol, OrderAct act, Side side, Price price, Quantity quantity) {
  const OrderId id = order_id(agent_, kernel_.seats_[agent_].orders++);
  kernel_.send(agent_, {id, symbol, price, quantity, act, side});
  return id;
}

void Desk::cancel(SymbolId symbol, OrderId id) {
  kernel_.send(agent_, {id, symbol, {}, {}, OrderAct::cancel, Side::buy});
}

void Desk::wake_in(std::int64_t ns) {
  MS_CHECK(ns >= 0);
  Kernel::Seat& seat = kernel_.seats_[agent_];
  seat.wake = (seat.wake + 1) & Kernel::index_mask;
  kernel_.schedule(kernel_.now_ + ns, agent_, Kernel::Kind::wake, seat.wake);
}

void Desk::subscribe(SymbolId symbol) {
  Kernel::Market& market = kernel_.markets_[symbol.get()];
  market.told.resize(kernel_.seats_.size());
  if (std::find(market.subscribers.begin(), market.subscribers.end(), agent_) ==
      market.subscribers.end()) {
    market.subscribers.push_back(agent_);
  }
}

template <class T>
std::uint32_t Kernel::Pool<T>::put(const T& item) {
  if (free.empty()) {
    items.push_back(item);
    return static_cast<std::uint32_t>(items.size() - 1);
  }
  const std::uint32_t index = free.back();
  free.pop_back();
  items[index] = item;
  return index;
}

template <class T>
T Kernel::Pool<T>::take(std::uint32_t index) {
  free.push_back(index);
  return items[index];
}

Kernel::Kernel(const KernelOptions& options, Venue& venue)
    : options_(options),
      venue_(venue),
      queue_(options.start_ns),
      markets_(options.symbols),
      now_(options.start_ns) {
  MS_CHECK(options.pending_max < index_mask && options.start_ns >= 0);
}

AgentNumber Kernel::add(std::unique_ptr<Agent> agent, Latency latency) {
  MS_CHECK(!started_ && latency.base_ns >= 0 && latency.jitter_ns >= 0);
  const auto number = static_cast<AgentNumber>(seats_.size());
  Seat seat{std::move(agent), {options_.seed, number}, {options_.seed, jitter_streams + number},
            latency,          options_.start_ns,       options_.start_ns};
  seats_.push_back(std::move(seat));
  return number;
}

bool Kernel::run_until(std::int64_t end_ns, std::uint64_t messages_max) {
  if (!started_) {
    started_ = true;
    for (AgentNumber agent = 0; agent < seats_.size(); ++agent) {
      Desk desk{*this, agent};
      seats_[agent].agent->on_start(desk);
    }
  }
  for (std::uint64_t n = 0; n < messages_max; ++n) {
    if (queue_.empty() || queue_.next_time() > end_ns) {
      now_ = std::max(now_, end_ns);
      return true;
    }
    deliver(queue_.pop());
  }
  return false;
}

void Kernel::schedule(std::int64_t at, AgentNumber agent, Kind kind, std::uint32_t index) {
  queue_.push({at, agent, (static_cast<std::uint32_t>(kind) << index_bits) | index});
}

std::int64_t Kernel::travel(Seat& seat, std::int64_t& until) {
  std::int64_t at = now_ + seat.latency.base_ns;
  if (seat.latency.jitter_ns > 0) {
    at += static_cast<std::int64_t>(
        seat.jitter.below(static_cast<std::uint64_t>(seat.latency.jitter_ns)));
  }
  until = std::max(until, at);
  return until;
}

void Kernel::send(AgentNumber agent, const OrderMessage& message) {
  if (queue_.size() >= options_.pending_max) {
    ++counts_.dropped;
    return;
  }
  Seat& seat = seats_[agent];
  schedule(travel(seat, seat.sent_until), agent, Kind::order, orders_.put(message));
}

void Kernel::deliver(const Scheduled& item) {
  now_ = item.at;
  const auto kind = static_cast<Kind>(item.what >> index_bits);
  const std::uint32_t index = item.what & index_mask;
  Seat& seat = seats_[item.target];
  Desk desk{*this, item.target};
  switch (kind) {
    case Kind::wake:
      if (index != seat.wake) return;  // another one was set meanwhile
      ++counts_.wakes;
      mix(static_cast<std::uint64_t>(item.at) + item.target);
      return seat.agent->on_wake(desk);
    case Kind::order:
      ++counts_.orders;
      return carry_out(orders_.take(index));
    case Kind::report: {
      ++counts_.reports;
      const Report report = reports_.take(index);
      mix(static_cast<std::uint64_t>(item.at) ^ report.id.get());
      return seat.agent->on_report(desk, report);
    }
    case Kind::market: {
      ++counts_.markets;
      markets_[index].told[item.target] = false;
      mix(static_cast<std::uint64_t>(item.at) ^ item.target);
      return seat.agent->on_market(desk, SymbolId{index});
    }
  }
}

void Kernel::carry_out(const OrderMessage& message) {
  made_.clear();
  const Top& top = venue_.apply(message, now_, made_);
  mix(static_cast<std::uint64_t>(now_) ^ message.id.get());
  mix((std::uint64_t{message.price.get()} << 32U) ^ message.quantity.get());
  for (const Report& report : made_) {
    const AgentNumber agent = agent_of(report.id);
    Seat& seat = seats_[agent];
    mix((std::uint64_t{report.price.get()} << 32U) ^ report.left.get());
    schedule(travel(seat, seat.reported_until), agent, Kind::report, reports_.put(report));
  }
  Market& market = markets_[message.symbol.get()];
  market.top = &top;
  if (market.subscribers.empty() || top == market.told_of) return;
  market.told_of = top;
  for (const AgentNumber agent : market.subscribers) {
    if (market.told[agent]) continue;
    market.told[agent] = true;
    std::int64_t unordered = 0;  // a notice carries nothing that could be overtaken
    schedule(travel(seats_[agent], unordered), agent, Kind::market, message.symbol.get());
  }
}

}  // namespace mainstay::exchange::simulation
