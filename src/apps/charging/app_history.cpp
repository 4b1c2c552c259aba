#include "apps/charging/app_history.hpp"

#include <array>
#include <string>
#include <utility>

#include "apps/charging/inbound/http/network_json.hpp"
#include "apps/charging/outbound/sqlite/history_sql.hpp"
#include "platform/jobs/runner.hpp"
#include "platform/log/log.hpp"
#include "platform/metrics/metrics.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::charging {
namespace {

constexpr std::string_view history_kind = "charging.history";

struct Counters {
  explicit Counters(metrics::Registry& metrics)
      : events(of("events", metrics)),
        security_events(of("security_events", metrics)),
        readings(of("meter_values", metrics)),
        operations(of("operations", metrics)),
        reservations(of("reservations", metrics)),
        unknown_stops(of("unknown_stops", metrics)),
        uses(of("connector_uses", metrics)) {}

  static metrics::Counter& of(const std::string& what, metrics::Registry& metrics) {
    return metrics.counter("charging_forgotten_total",
                           "Rows that were deleted because they were old enough.",
                           {{"what", what}});
  }
  void add(const Forgotten& rows) const {
    events.add(static_cast<std::uint64_t>(rows.events));
    security_events.add(static_cast<std::uint64_t>(rows.security_events));
    readings.add(static_cast<std::uint64_t>(rows.readings));
    operations.add(static_cast<std::uint64_t>(rows.operations));
    reservations.add(static_cast<std::uint64_t>(rows.reservations));
    unknown_stops.add(static_cast<std::uint64_t>(rows.unknown_stops));
    uses.add(static_cast<std::uint64_t>(rows.uses));
  }

  metrics::Counter& events;
  metrics::Counter& security_events;
  metrics::Counter& readings;
  metrics::Counter& operations;
  metrics::Counter& reservations;
  metrics::Counter& unknown_stops;
  metrics::Counter& uses;
};

}  // namespace

Result<> add_history_job(jobs::Runner& runner, Platform& platform) {
  HistoryRules rules;
  rules.log_days = platform.settings.integer("apps.charging.keep_events_days");
  rules.readings_days = platform.settings.integer("apps.charging.keep_meter_values_days");
  rules.parse_kind = parse_event_kind;
  runner.handle(
      history_kind,
      [rules, &runner, &platform,
       counters = Counters{platform.metrics}](const jobs::Job&) -> Result<> {
        MS_TRY(const Forgotten rows, forget_history(platform.store, rules, platform.clock.wall(),
                                                    [&runner] { return runner.stopping(); }));
        counters.add(rows);
        if (rows == Forgotten{}) return {};
        platform.log.info("charging.history.forgotten", {{"events", rows.events},
                                                         {"security_events", rows.security_events},
                                                         {"meter_values", rows.readings},
                                                         {"operations", rows.operations},
                                                         {"reservations", rows.reservations},
                                                         {"unknown_stops", rows.unknown_stops},
                                                         {"connector_uses", rows.uses}});
        return {};
      });
  jobs::Runner::Schedule hourly;
  hourly.name = history_kind;
  hourly.cron = "17 * * * *";
  hourly.kind = history_kind;
  return runner.every(std::move(hourly));
}

void forget_history_soon(Platform& platform) {
  if (platform.jobs == nullptr) return;
  platform.store.write(
      [now = platform.clock.wall()](store::Session& session) -> Result<> {
        jobs::Options options;
        options.unique_key = "start";
        MS_TRY_VOID(jobs::enqueue(session, history_kind, {}, options, now));
        return {};
      },
      [&platform](const Result<>& stored) {
        if (stored.has_value()) platform.jobs->wake();
      });
}

}  // namespace mainstay::charging
