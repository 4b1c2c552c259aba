#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "apps/exchange/domain/simulation/venue.hpp"
#include "apps/exchange/venue.hpp"
#include "base/locked.hpp"

namespace mainstay::exchange {

/// Lets simulated agents trade in the real market: what a kernel sends goes to the venue's lane,
/// and waits there for its turn. An agent trades for an account of its own; fills by other people
/// are reported with the next message. apply() and depth() on one thread that may wait; not on the
/// lane.
class LiveVenue final : public simulation::Venue, public Listener {
 public:
  /// Agent n trades for account `first_account` + n; `agents` of them.
  LiveVenue(exchange::Venue& venue, AccountId first_account, std::uint32_t agents);

  const simulation::Top& apply(const simulation::OrderMessage& message, std::int64_t at_ns,
                               std::vector<simulation::Report>& reports) override;
  void depth(SymbolId symbol, Side side, std::size_t levels_max,
             std::vector<simulation::Level>& out) const override;
  [[nodiscard]] std::uint64_t state_hash() const override;

  // On the venue's lane.
  void on_outcome(const Outcome& outcome) override;
  void on_batch_end(const Views& views) override;

 private:
  struct Known {
    std::unordered_map<OrderId, OrderId> simulated;      // by the venue's id: the agent's
    std::unordered_map<OrderId, OrderId> real;           // by the agent's
    std::vector<simulation::Report> reports;             // not delivered yet
    std::unordered_map<SymbolId, simulation::Top> tops;  // what was bought and sold
  };

  [[nodiscard]] bool is_ours(AccountId account) const {
    return account >= first_ && account.get() < first_.get() + agents_;
  }
  [[nodiscard]] AccountId account_of(OrderId simulated) const {
    return AccountId{first_.get() + simulation::agent_of(simulated)};
  }
  void on_event(const Command& command, const Event& event, Known& known);
  void on_traded(const Event& event, Known& known);
  static void finish(OrderId real, const Event& event, simulation::ReportKind kind, Known& known);
  [[nodiscard]] CommandBody command_of(const simulation::OrderMessage& message);

  exchange::Venue& venue_;
  const AccountId first_;
  const std::uint32_t agents_;
  Locked<Known> known_;
  std::unordered_map<SymbolId, simulation::Top> tops_;  // what apply() gives: each stays in place
};

}  // namespace mainstay::exchange
