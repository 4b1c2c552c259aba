#include "apps/apim/app.hpp"

#include <chrono>
#include <future>
#include <malloc.h>
#include <string_view>
#include <utility>

#include "apps/apim/catalog_service.hpp"
#include "apps/apim/demo.hpp"
#include "apps/apim/domain/metering.hpp"
#include "apps/apim/domain/notices.hpp"
#include "apps/apim/domain/steady_clock.hpp"
#include "apps/apim/inbound/gate/service_gate.hpp"
#include "apps/apim/inbound/http/internal_api.hpp"
#include "apps/apim/inbound/http/public_api.hpp"
#include "apps/apim/inbound/page/page.hpp"
#include "apps/apim/limits.hpp"
#include "apps/apim/outbound/journal/apim_state.hpp"
#include "apps/apim/outbound/journal/erasures.hpp"
#include "apps/apim/outbound/mirror/counters_mirror.hpp"
#include "apps/apim/outbound/sqlite/catalog_rows.hpp"
#include "apps/apim/outbound/sqlite/deleted_service_rows.hpp"
#include "apps/apim/outbound/sqlite/usage_history_rows.hpp"
#include "apps/apim/outbound/webhook/alert_webhooks.hpp"
#include "apps/apim/outbound/webhook/event_ping.hpp"
#include "apps/apim/probe.hpp"
#include "apps/apim/usage_reader.hpp"
#include "base/random.hpp"
#include "platform/health/health.hpp"
#include "platform/http/client_url.hpp"
#include "platform/lane/lane.hpp"
#include "platform/lane/ticker.hpp"
#include "platform/log/log.hpp"
#include "platform/metrics/metrics.hpp"
#include "platform/program/journal_options.hpp"
#include "platform/settings/settings.hpp"
#include "platform/zones/time_zones.hpp"

namespace mainstay::apim {
namespace {

constexpr Millis housekeeping_every{1'000};
constexpr Millis mirror_step_every{10};  // it paces itself
constexpr Seconds snapshot_retry_after{60};
constexpr std::size_t session_key_bytes = 32;

ApimState::Options state_options(Platform& platform) {
  const settings::Settings& settings = platform.settings;
  ApimState::Options options;
  options.journal = journal_options(platform, "apim", "apim");
  options.idempotency_keys_max =
      static_cast<std::size_t>(settings.integer("apps.apim.idempotency_keys_max"));
  options.snapshot_after_bytes = settings.bytes("journal.snapshot_bytes");
  return options;
}

MasterMeter::Names metering_names(const settings::Settings& settings) {
  return {.service_id = settings.text("apps.apim.master_service_id"),
          .transactions = settings.text("apps.apim.master_metric_transactions"),
          .authorize = settings.text("apps.apim.master_metric_authorize")};
}

EventPing::Hook hook_of(const settings::Settings& settings) {
  return {.url = settings.text("apps.apim.events_hook"),
          .secret = settings.text("apps.apim.events_hook_secret")};
}

ReferrerMatch referrer_match(const settings::Settings& settings) {
  return settings.boolean("apps.apim.legacy_referrer_filters") ? ReferrerMatch::anywhere
                                                               : ReferrerMatch::whole;
}

http::Trust webhook_trust(const settings::Settings& settings) {
  return settings.boolean("apps.apim.alert_webhooks_to_private_addresses")
             ? http::Trust::operator_address
             : http::Trust::user_address;
}

InternalCredentials internal_credentials(const settings::Settings& settings) {
  return {.user = settings.text("apps.apim.internal_user"),
          .password = settings.text("apps.apim.internal_password")};
}

bool has_page(const settings::Settings& settings) { return settings.boolean("apps.apim.page"); }

}  // namespace

/// Everything below the state, made once that is back.
struct App::Impl {
  struct Serving {
    Serving(Platform& platform, CatalogService& catalog, ApimState& state,
            const UsageHistory& history, Probe& probe, zones::TimeZones& zones)
        : usage(state.counters(), history),
          notices(state.counters(), state.alert_marks()),
          meter(
              state.metering(), notices, metering_names(platform.settings),
              static_cast<std::size_t>(platform.settings.integer("apps.apim.notification_batch"))),
          public_api({.catalog = catalog,
                      .counters = state.counters(),
                      .errors = state.errors(),
                      .notices = notices,
                      .meter = meter,
                      .probe = probe,
                      .log = state.log(),
                      .health = &platform.health,
                      .referrer_match = referrer_match(platform.settings),
                      .threads = platform.threads,
                      .seed = secret_u64()}),
          internal_api{catalog,
                       state.counters(),
                       state.events(),
                       state.errors(),
                       state.alert_marks(),
                       usage,
                       usage_lane,
                       zones,
                       internal_credentials(platform.settings),
                       platform.settings.environment() == "test",
                       &state.log(),
                       has_page(platform.settings) ? &sessions : nullptr},
          page(internal_api.credentials, sessions),
          ping(hook_of(platform.settings), state.events(), platform.client, platform.log, probe),
          alert_webhooks(state.notices(), catalog, platform.client,
                         webhook_trust(platform.settings), platform.log, probe) {
      usage_lane.start();
    }

    UsageReader usage;
    Lane usage_lane{"apim-usage", Limits::usage_reads_queued_max};
    Notices notices;
    MasterMeter meter;
    PublicApi public_api;
    Sessions sessions{secret_hex(session_key_bytes)};
    InternalApi internal_api;
    Page page;
    EventPing ping;
    AlertWebhooks alert_webhooks;
    std::vector<std::unique_ptr<ServiceGate>> gates;
  };

  explicit Impl(Platform& lent)
      : platform(lent),
        probe(lent.metrics),
        catalog_store(lent.store, zones),
        catalog(catalog_store),
        history(lent.store),
        deleted_services(lent.store),
        mirrored_rows(lent.metrics.counter("apim_mirror_rows_total",
                                           "Windows of counters written into the store.")),
        mirror_failures(lent.metrics.counter("apim_mirror_failures_total",
                                             "Steps of the mirror of counters that failed.")),
        housekeeping("apim", housekeeping_every, [this] { keep_house(); }),
        mirroring("apim_mirror", mirror_step_every, [this] { mirror_some(); }) {}

  void watch_journal() {
    platform.health.add("journal", [this] { return state->health(); });
    const auto gauge = [this](std::string_view name, std::string_view help, auto read) {
      platform.metrics.gauge_function(name, help, [this, read] { return read(*state); });
    };
    gauge("apim_journal_accepts", "Whether calls that change something are taken (1) or refused.",
          [](const ApimState& s) { return s.log().accepts() ? 1.0 : 0.0; });
    gauge("apim_journal_backlog_bytes", "Records that are not on disk yet.",
          [](const ApimState& s) { return static_cast<double>(s.stats().backlog_bytes); });
    gauge("apim_journal_write_failures", "Failed attempts to write the journal since the start.",
          [](const ApimState& s) { return static_cast<double>(s.stats().write_failures); });
    gauge("apim_journal_last_sync_seconds", "How long the newest fdatasync took.",
          [](const ApimState& s) {
            return std::chrono::duration<double>(s.stats().last_sync).count();
          });
  }

  /// Whoever counted a call in a process that died may not have looked what to tell of it.
  void look_at_replayed() {
    if (!state->has_replayed()) return;
    const auto known = catalog.current();
    state->counters().each_replayed([&](const Subject& subject, UnixSeconds at) {
      const Service* service = known->services.find(subject.service_id);
      if (service == nullptr) return;
      const Application* application = service->applications.find(subject.application_id);
      if (application != nullptr) serving->notices.after_charge(*service, *application, at);
    });
  }

  void keep_house() {
    serving->ping.tick(platform.clock.steady());
    serving->alert_webhooks.tick(platform.clock.steady(), platform.clock.wall());
    serving->meter.flush(*catalog.current());
    forget_expired_keys();
    if (!state->needs_snapshot() || platform.clock.steady() < next_snapshot) return;
    if (const auto done = state->snapshot(); done.has_error()) {
      platform.log.error("apim.snapshot.failed", {{"error", done.error().message()}});
      next_snapshot = platform.clock.steady() + snapshot_retry_after;
    }
  }

  /// In the test environment calls bring the clock; elsewhere one that has just stepped says
  /// nothing.
  void forget_expired_keys() {
    IdempotencyKeys& keys = state->keys();
    if (platform.settings.environment() == "test") return keys.forget_expired(keys.newest_call());
    const SystemTime wall = platform.clock.wall();
    const Seconds steady_for = steady_clock.steady_for(wall, platform.clock.steady());
    if (steady_for >= IdempotencyKeys::clock_slack) keys.forget_expired(unix_seconds(wall));
  }

  void make_mirror() {
    CountersMirror::Options options;
    options.every = platform.settings.duration("apps.apim.mirror_every");
    mirror = std::make_unique<CountersMirror>(
        state->counters(), history, deleted_services, platform.clock,
        [this] { return state->sync(); }, options);
    platform.metrics.gauge_function(
        "apim_mirror_lag_seconds", "Age of the oldest count that the store may lack.",
        [this] { return std::chrono::duration<double>(mirror->lag()).count(); });
  }

  void mirror_some() {
    const std::uint64_t rows = mirror->rows_written();
    const std::uint64_t failures = mirror->failures();
    const Result<> done = mirror->tick();
    mirrored_rows.add(mirror->rows_written() - rows);
    mirror_failures.add(mirror->failures() - failures);
    if (done.has_value() || done.error().is(store::Errc::stopped)) return;
    platform.log.error("apim.mirror.failed", {{"error", done.error().message()}});
  }

  Platform& platform;
  Probe probe;
  zones::TimeZones zones;
  SqlCatalogStore catalog_store;
  CatalogService catalog;
  SqlUsageHistory history;
  SqlDeletedServices deleted_services;
  metrics::Counter& mirrored_rows;
  metrics::Counter& mirror_failures;
  std::unique_ptr<ApimState> state;
  std::unique_ptr<CountersMirror> mirror;
  std::unique_ptr<Serving> serving;
  SteadyClock steady_clock;    // of housekeeping
  SteadyTime next_snapshot{};  // after one that failed
  Ticker housekeeping;
  Ticker mirroring;
};

App::App(Platform& platform) : impl_(std::make_unique<Impl>(platform)) {}
App::~App() = default;

Result<> App::start() {
  Impl& impl = *impl_;
  if (const std::string& hook = hook_of(impl.platform.settings).url; !hook.empty()) {
    if (const auto url = http::parse_client_url(hook); url.has_error()) {
      return Error{http::ClientErrc::url_invalid, "apps.apim.events_hook: " + url.error().detail()};
    }
  }
  // Side by side: with a million applications each takes seconds.
  auto opening = std::async(std::launch::async, [&platform = impl.platform] {
    return ApimState::open(state_options(platform), platform.files);
  });
  const Result<> loaded = impl.catalog.start();
  MS_TRY(impl.state, opening.get());
  if (const std::string& torn_tail = impl.state->torn_tail(); !torn_tail.empty()) {
    impl.platform.log.warning("apim.journal.tail_cut", {{"at", torn_tail}});
  }
  MS_TRY_VOID(loaded);
  ::malloc_trim(0);  // what reading took beside what it made: half as much again
  MS_TRY_VOID(record_erasures(impl.deleted_services, *impl.catalog.current(), *impl.state));
  impl.make_mirror();
  impl.serving = std::make_unique<Impl::Serving>(impl.platform, impl.catalog, *impl.state,
                                                 impl.history, impl.probe, impl.zones);
  impl.look_at_replayed();
  impl.watch_journal();
  impl.housekeeping.start();
  impl.mirroring.start();
  return {};
}

Result<> App::stop() {
  impl_->mirroring.stop();
  impl_->housekeeping.stop();
  if (impl_->serving != nullptr) impl_->serving->alert_webhooks.stop();
  if (impl_->serving != nullptr) impl_->serving->usage_lane.stop();
  if (impl_->state == nullptr) return {};
  return impl_->state->close();
}

void App::register_public_routes(http::Router& router, bool everywhere) {
  impl_->serving->public_api.register_routes(router, everywhere);
}

void App::register_internal_routes(http::Router& router) {
  apim::register_internal_routes(router, impl_->serving->internal_api);
  if (has_page(impl_->platform.settings)) impl_->serving->page.register_routes(router);
}

void App::say_what_gates_lack() {
  for (const auto& gate : impl_->serving->gates) {
    const std::string missing = gate->missing();
    if (!missing.empty()) impl_->platform.log.error("apim.gate.incomplete", {{"error", missing}});
  }
}

gate::Authority& App::gate(std::string_view service_id) {
  App::Impl& impl = *impl_;
  return *impl.serving->gates.emplace_back(std::make_unique<ServiceGate>(
      ServiceGateParts{.catalog = impl.catalog,
                       .counters = impl.state->counters(),
                       .errors = impl.state->errors(),
                       .notices = impl.serving->notices,
                       .probe = impl.probe,
                       .log = impl.state->log(),
                       .referrer_match = referrer_match(impl.platform.settings),
                       .threads = impl.platform.threads},
      ServiceId{std::string{service_id}}));
}

bool App::commit(UniqueFunction<void()> when_durable) {
  return impl_->state->commit(std::move(when_durable));
}

Result<> App::add_demo() {
  std::promise<Result<>> stored;
  impl_->catalog.edit([](const Catalog& catalog) { return put_demo(catalog); },
                      [&](Result<> done) { stored.set_value(std::move(done)); });
  return stored.get_future().get();
}

}  // namespace mainstay::apim
