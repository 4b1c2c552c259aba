#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/exchange/domain/engine.hpp"

namespace mainstay::exchange {

/// What both kinds of engine can do; each function is Engine's of the same name.
struct Engine::Impl {
  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  virtual ~Impl() = default;

  virtual void apply(const Command& command, Events& events) = 0;
  virtual void set_limits(OrderLimits limits) = 0;
  virtual void expect(const Expected& coming) = 0;
  [[nodiscard]] virtual std::size_t live_orders() const = 0;
  [[nodiscard]] virtual Sequence last_sequence() const = 0;
  [[nodiscard]] virtual Time last_time() const = 0;
  [[nodiscard]] virtual std::uint64_t state_hash() const = 0;
  virtual void save(std::string& out) const = 0;
  /// Into an engine that has done nothing yet.
  virtual Result<> load(Bytes saved) = 0;

  [[nodiscard]] virtual std::vector<SymbolView> symbols() const = 0;
  [[nodiscard]] virtual std::optional<SymbolView> symbol(SymbolId id) const = 0;
  [[nodiscard]] virtual std::vector<DefineAsset> assets() const = 0;
  [[nodiscard]] virtual Balance balance(AccountId account, AssetId asset) const = 0;
  [[nodiscard]] virtual bool has_account(AccountId account) const = 0;
  [[nodiscard]] virtual DepthLevel best(SymbolId symbol, Side side) const = 0;
  virtual void depth(SymbolId symbol, Side side, std::size_t levels_max,
                     std::vector<DepthLevel>& out) const = 0;
  [[nodiscard]] virtual std::optional<AuctionOutcome> indicative(SymbolId symbol) const = 0;
  [[nodiscard]] virtual std::optional<OrderView> order(OrderId id) const = 0;
  [[nodiscard]] virtual std::optional<OrderId> find(AccountId account,
                                                    const ClientOrderId& client) const = 0;
  [[nodiscard]] virtual std::vector<OrderView> orders(AccountId account,
                                                      std::size_t orders_max) const = 0;
  [[nodiscard]] virtual Reject check(const PlaceOrder& order) const = 0;
  [[nodiscard]] virtual std::pair<std::int64_t, std::uint64_t> total(AssetId asset) const = 0;
};

std::unique_ptr<Engine::Impl> make_fast_engine(const EngineOptions& options);
std::unique_ptr<Engine::Impl> make_naive_engine(const EngineOptions& options);

}  // namespace mainstay::exchange
