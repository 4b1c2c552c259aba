#include "apps/exchange/live_market.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "apps/exchange/domain/simulation/kernel.hpp"
#include "apps/exchange/live_venue.hpp"
#include "apps/exchange/venue_calls.hpp"
#include "base/locked.hpp"
#include "platform/lane/ticker.hpp"

namespace mainstay::exchange {
namespace {

constexpr Millis round_every{20};
/// More than this in one tick: the market falls behind the clock, and stays behind.
constexpr std::uint64_t messages_a_tick = 2'000;
constexpr std::uint64_t quote_reference = 1;  // of the one payment to an agent, and of the others

std::uint32_t agents_of(const LiveMarketOptions& options) {
  std::uint64_t all = 0;
  for (const auto& scenario : options.scenarios) all += scenario.agents();
  return static_cast<std::uint32_t>(all);
}

simulation::KernelOptions kernel_options(const LiveMarketOptions& options) {
  simulation::KernelOptions kernel;
  kernel.seed = options.seed;
  for (const auto& scenario : options.scenarios) {
    kernel.symbols = std::max(kernel.symbols, scenario.symbol.get() + 1);
  }
  return kernel;
}

}  // namespace

struct LiveMarket::Impl {
  Impl(Venue& to, const Clock& time, LiveMarketOptions wanted)
      : options(std::move(wanted)),
        venue(to),
        clock(time),
        desk(to, options.first_account, agents_of(options)),
        kernel(kernel_options(options), desk),
        ticker("exchange.crowd", round_every, [this] { tick(); }) {
    venue.listen(desk);
  }

  void prepare_accounts();
  void tick();

  const LiveMarketOptions options;
  Venue& venue;
  const Clock& clock;
  LiveVenue desk;
  simulation::Kernel kernel;
  Locked<Control> control;
  SteadyTime last_tick{};
  mainstay::Ticker ticker;
};

/// Repeated after a restart it changes nothing but the book.
void LiveMarket::Impl::prepare_accounts() {
  const auto submit = [this](AccountId account, CommandBody body) {
    (void)venue.submit(account, std::move(body), {});
  };
  for (std::uint32_t i = 0; i < agents_of(options); ++i) {
    const AccountId account{options.first_account.get() + i};
    submit(account, MassCancel{});
  }
  const auto markets = look_and_wait(venue, [this](const Views& views) {
    std::vector<DefineSymbol> found;
    for (const auto& scenario : options.scenarios) {
      if (const auto symbol = views.engine.symbol(scenario.symbol)) {
        found.push_back(symbol->definition);
      }
    }
    return found;
  });
  if (!markets || markets->empty()) return;
  for (std::uint32_t i = 0; i < agents_of(options); ++i) {
    const AccountId account{options.first_account.get() + i};
    submit(account, AdjustBalance{markets->front().quote, options.quote_each, quote_reference});
    for (const DefineSymbol& market : *markets) {
      submit(account, AdjustBalance{market.base, options.base_each,
                                    quote_reference + 1 + market.base.get()});
    }
  }
}

void LiveMarket::Impl::tick() {
  const SteadyTime now = clock.steady();
  const auto elapsed = now - std::exchange(last_tick, now);
  Control wanted;
  {
    auto shared = control.lock();
    wanted = *shared;
  }
  if (!wanted.running) return;
  const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(elapsed).count();
  const auto ahead = static_cast<std::int64_t>(static_cast<double>(ns) * wanted.speed);
  kernel.run_until(kernel.now() + ahead, messages_a_tick);
}

LiveMarket::LiveMarket(Venue& venue, const Clock& clock, LiveMarketOptions options)
    : impl_(std::make_unique<Impl>(venue, clock, std::move(options))) {}

LiveMarket::~LiveMarket() = default;

Result<> LiveMarket::start() {
  impl_->prepare_accounts();
  for (const auto& scenario : impl_->options.scenarios) {
    MS_TRY_VOID(simulation::populate(impl_->kernel, scenario, impl_->options.seed));
  }
  impl_->last_tick = impl_->clock.steady();
  impl_->ticker.start();
  return {};
}

void LiveMarket::stop() { impl_->ticker.stop(); }

LiveMarket::Control LiveMarket::control() const {
  auto control = impl_->control.lock();
  return *control;
}

void LiveMarket::set(const Control& wanted) {
  auto control = impl_->control.lock();
  *control = {wanted.running, std::clamp(wanted.speed, speed_min, speed_max)};
}

const LiveMarketOptions& LiveMarket::options() const { return impl_->options; }

}  // namespace mainstay::exchange
