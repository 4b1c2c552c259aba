#include "apps/exchange/app.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "apps/exchange/app_primary.hpp"
#include "apps/exchange/demo.hpp"
#include "apps/exchange/doors.hpp"
#include "apps/exchange/fix_door.hpp"
#include "apps/exchange/inbound/http/operations.hpp"
#include "apps/exchange/inbound/http/simulation_routes.hpp"
#include "apps/exchange/inbound/page/page.hpp"
#include "apps/exchange/outbound/sqlite/account_owner_rows.hpp"
#include "apps/exchange/trading_hours.hpp"
#include "apps/exchange/venue.hpp"
#include "platform/health/health.hpp"
#include "platform/lane/ticker.hpp"
#include "platform/metrics/metrics.hpp"
#include "platform/program/journal_options.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::exchange {
namespace {

/// How late an order may expire, and a volatility call end.
constexpr Millis time_passes_every{250};

VenueOptions venue_options(Platform& platform) {
  const settings::Settings& settings = platform.settings;
  VenueOptions options;
  options.journal = journal_options(platform, "exchange", "exchange");
  options.journal.keep_covered = settings.boolean("apps.exchange.keep_journal");
  options.snapshot_every_bytes = settings.bytes("journal.snapshot_bytes");
  const auto count = [&](std::string_view key) {
    return static_cast<std::size_t>(settings.integer(key));
  };
  options.queue_max = count("apps.exchange.queue_max");
  options.engine.orders_max = count("apps.exchange.orders_max");
  options.engine.orders_per_account_max = count("apps.exchange.orders_per_account_max");
  return options;
}

}  // namespace

struct App::Impl {
  explicit Impl(Platform& lent)
      : platform(lent),
        venue(venue_options(lent), lent.clock, lent.files),
        owners(lent.store),
        doors(lent, venue, owners),
        hours(venue, lent.clock),
        time("exchange.time", time_passes_every, [this] { time_passes(); }) {
    if (platform.demo) crowd.emplace(venue, platform.clock, demo_crowd());
  }

  /// When too much waits, time passes with what waits.
  void time_passes() { (void)venue.submit(AccountId{}, AdvanceTime{}, {}); }

  void watch() {
    platform.health.add("exchange_journal", [this] { return venue.health(); });
    const auto gauge = [this](std::string_view name, std::string_view help, auto read) {
      platform.metrics.gauge_function(name, help, [this, read] { return read(venue.stats()); });
    };
    using Stats = Venue::Stats;
    gauge("exchange_commands", "Commands carried out since the start.",
          [](const Stats& stats) { return static_cast<double>(stats.commands); });
    gauge("exchange_rejected", "Commands that were refused.",
          [](const Stats& stats) { return static_cast<double>(stats.rejected); });
    gauge("exchange_trades", "Trades since the start.",
          [](const Stats& stats) { return static_cast<double>(stats.trades); });
    gauge("exchange_waiting", "Commands and queries that wait for the lane.",
          [](const Stats& stats) { return static_cast<double>(stats.waiting); });
    gauge("exchange_snapshots", "Snapshots made since the start.",
          [](const Stats& stats) { return static_cast<double>(stats.snapshots); });
    gauge("exchange_snapshots_failed", "Snapshots that could not be made.",
          [](const Stats& stats) { return static_cast<double>(stats.snapshots_failed); });
  }

  Platform& platform;
  Venue venue;
  SqlAccountOwners owners;
  Doors doors;
  std::unique_ptr<FixDoor> fix;  // null: closed
  TradingHours hours;
  Ticker time;
  std::optional<LiveMarket> crowd;  // of a demo
  PrimaryApp primary{platform, venue};
};

App::App(Platform& platform) : impl_(std::make_unique<Impl>(platform)) {}
App::~App() = default;

Result<> App::start() {
  MS_TRY(auto days, parse_trading_days(impl_->platform.settings.text("apps.exchange.trading_day")));
  MS_TRY(impl_->fix, FixDoor::make(impl_->platform, impl_->venue, impl_->doors.directory(),
                                   impl_->doors.accounts()));
  if (impl_->fix) MS_TRY_VOID(impl_->fix->open());
  MS_TRY_VOID(impl_->venue.start());
  MS_TRY_VOID(impl_->doors.start());
  if (impl_->platform.demo) MS_TRY_VOID(define_demo_market(impl_->venue));
  impl_->watch();
  impl_->hours.start(std::move(days));
  impl_->time.start();
  impl_->primary.start();
  if (impl_->platform.demo) {
    return define_demo_primary_market(impl_->primary.desk(), impl_->platform.clock.wall());
  }
  return {};
}

Result<> App::run() {
  if (impl_->crowd) MS_TRY_VOID(impl_->crowd->start());
  if (impl_->fix) return impl_->fix->start();
  return {};
}

void App::register_page(http::Router& router, bool has_sign_in) {
  exchange::register_page(router, has_sign_in ? impl_->platform.guard : nullptr);
}

void App::register_routes(http::Router& router) {
  impl_->doors.register_routes(router);
  if (impl_->platform.guard == nullptr) return;
  auth::Guard& guard = *impl_->platform.guard;
  register_operations(router, impl_->venue, guard);
  impl_->primary.register_routes(router, guard);
  if (impl_->crowd) register_simulation(router, *impl_->crowd, guard);
}

void App::drain() {
  if (impl_->fix) impl_->fix->stop();
}

void App::stop() {
  if (impl_->crowd) impl_->crowd->stop();
  impl_->primary.stop();
  impl_->time.stop();
  impl_->hours.stop();
  impl_->doors.stop();
  impl_->venue.stop();
}

}  // namespace mainstay::exchange
