#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "apps/exchange/domain/engine.hpp"
#include "apps/exchange/domain/simulation/venue.hpp"
#include "base/result.hpp"

namespace mainstay::exchange::simulation {

struct EngineVenueOptions {
  std::uint32_t agents = 1;   // each has an account, its number and 1
  std::uint32_t symbols = 1;  // from 0, all in one quote asset
  SymbolRules rules{};        // of every symbol
  Price reference{10'000};
  Amount quote_each = 1'000'000'000'000;  // what an account begins with
  Amount base_each = 1'000'000'000;       // of each symbol's asset
  EngineOptions engine{};
};

/// The exchange's own engine as a venue: accounts, holds, fees and all. Every command can be heard
/// as it is carried out, for a journal or for whoever looks on.
class EngineVenue final : public Venue {
 public:
  using Listener = std::function<void(const Command&, const Events&)>;

  /// Defines assets and symbols and pays the accounts. Refuses what the engine rejects.
  static Result<std::unique_ptr<EngineVenue>> make(const EngineVenueOptions& options);

  const Top& apply(const OrderMessage& message, std::int64_t at_ns,
                   std::vector<Report>& reports) override;
  void depth(SymbolId symbol, Side side, std::size_t levels_max,
             std::vector<Level>& out) const override;
  [[nodiscard]] std::uint64_t state_hash() const override { return engine_.state_hash(); }

  void listen(Listener listener) { listener_ = std::move(listener); }
  [[nodiscard]] const Engine& engine() const { return engine_; }

  static AccountId account_of(AgentNumber agent) { return AccountId{std::uint64_t{agent} + 1}; }

 private:
  explicit EngineVenue(const EngineVenueOptions& options);
  Result<> set_up(const EngineVenueOptions& options);
  Result<> must(AccountId account, CommandBody body);
  void carry_out(Command& command);
  void report(const Event& event, std::vector<Report>& reports);
  void touch(SymbolId symbol, Side side, Price price);
  void look_at_top(SymbolId symbol);

  Engine engine_;
  Command place_;   // filled in again for each order: a command is large
  Command cancel_;  // likewise
  Events events_;
  Sequence sequence_ = 0;
  std::vector<Top> tops_;     // by symbol
  bool bid_touched_ = false;  // by the command: the best price must be looked up
  bool ask_touched_ = false;
  mutable std::vector<DepthLevel> levels_;
  Listener listener_;
};

}  // namespace mainstay::exchange::simulation
