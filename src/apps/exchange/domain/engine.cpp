#include "apps/exchange/domain/engine.hpp"

#include "apps/exchange/domain/engine_impl.hpp"

namespace mainstay::exchange {
namespace {

std::unique_ptr<Engine::Impl> make(const EngineOptions& options) {
  return options.book == BookKind::fast ? make_fast_engine(options) : make_naive_engine(options);
}

}  // namespace

Engine::Engine(EngineOptions options) : impl_(make(options)) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

void Engine::apply(const Command& command, Events& events) { impl_->apply(command, events); }
void Engine::expect(const Expected& coming) { impl_->expect(coming); }
std::size_t Engine::live_orders() const { return impl_->live_orders(); }
Sequence Engine::last_sequence() const { return impl_->last_sequence(); }
Time Engine::last_time() const { return impl_->last_time(); }
std::uint64_t Engine::state_hash() const { return impl_->state_hash(); }

void Engine::save(std::string& out) const { impl_->save(out); }
Result<Engine> Engine::load(Bytes saved, EngineOptions options) {
  Engine engine{options};
  MS_TRY_VOID(engine.impl_->load(saved));
  return engine;
}

std::vector<SymbolView> Engine::symbols() const { return impl_->symbols(); }
std::optional<SymbolView> Engine::symbol(SymbolId id) const { return impl_->symbol(id); }
std::vector<DefineAsset> Engine::assets() const { return impl_->assets(); }
Balance Engine::balance(AccountId account, AssetId asset) const {
  return impl_->balance(account, asset);
}
bool Engine::has_account(AccountId account) const { return impl_->has_account(account); }
void Engine::set_limits(OrderLimits limits) { impl_->set_limits(limits); }
DepthLevel Engine::best(SymbolId symbol, Side side) const { return impl_->best(symbol, side); }
std::optional<AuctionOutcome> Engine::indicative(SymbolId symbol) const {
  return impl_->indicative(symbol);
}
void Engine::depth(SymbolId symbol, Side side, std::size_t levels_max,
                   std::vector<DepthLevel>& out) const {
  impl_->depth(symbol, side, levels_max, out);
}
std::optional<OrderView> Engine::order(OrderId id) const { return impl_->order(id); }
std::optional<OrderId> Engine::find(AccountId account, const ClientOrderId& client) const {
  return impl_->find(account, client);
}
std::vector<OrderView> Engine::orders(AccountId account, std::size_t orders_max) const {
  return impl_->orders(account, orders_max);
}
Reject Engine::check(const PlaceOrder& order) const { return impl_->check(order); }
std::pair<std::int64_t, std::uint64_t> Engine::total(AssetId asset) const {
  return impl_->total(asset);
}

}  // namespace mainstay::exchange
