#include "apps/apim/outbound/sqlite/catalog_rows.hpp"

#include <functional>
#include <future>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "apps/apim/domain/catalog_builder.hpp"
#include "apps/apim/domain/catalog_errc.hpp"

namespace mainstay::apim {
namespace {

using store::Row;
using store::Session;
using store::text;
using Params = std::initializer_list<store::Value>;

Result<> run(Session& session, std::string_view sql, Params params) {
  MS_TRY_VOID(session.execute(sql, params));
  return {};
}

template <class Tag>
store::Value text(const Strong<Tag, std::string>& id) {
  return id.get();
}

// Putting. A new row takes the next position; one that is there keeps its own.

Result<> put(Session& session, const ServiceRow& row) {
  return run(session,
             "INSERT INTO apim_services"
             " (id, provider_key, backend_version, state, referrer_filters_required, time_zone,"
             "  position)"
             " VALUES ($1, $2, $3, $4, $5, $6,"
             "  (SELECT COALESCE(MAX(position), 0) + 1 FROM apim_services))"
             " ON CONFLICT (id) DO UPDATE SET provider_key = excluded.provider_key,"
             " backend_version = excluded.backend_version, state = excluded.state,"
             " referrer_filters_required = excluded.referrer_filters_required,"
             " time_zone = excluded.time_zone,"
             " position = CASE WHEN apim_services.provider_key = excluded.provider_key"
             "  THEN apim_services.position ELSE excluded.position END",
             {text(row.id), text(row.provider_key), row.backend_version, row.state,
              std::int64_t{row.referrer_filters_required},
              row.zone != nullptr ? row.zone->name() : std::string{}});
}

Result<> put(Session& session, const DefaultServiceRow& row) {
  return run(session,
             "INSERT INTO apim_default_services (provider_key, service_id) VALUES ($1, $2)"
             " ON CONFLICT (provider_key) DO UPDATE SET service_id = excluded.service_id",
             {text(row.provider_key), text(row.service_id)});
}

Result<> put(Session& session, const ServiceTokenRow& row) {
  return run(session,
             "INSERT INTO apim_service_tokens (service_id, token) VALUES ($1, $2)"
             " ON CONFLICT (service_id, token) DO NOTHING",
             {text(row.service_id), text(row.token)});
}

Result<> put(Session& session, const MetricRow& row) {
  const auto parent = row.parent_id ? text(*row.parent_id) : store::Value{};
  return run(session,
             "INSERT INTO apim_metrics (service_id, id, name, parent_id, position)"
             " VALUES ($1, $2, $3, $4, (SELECT COALESCE(MAX(position), 0) + 1"
             "  FROM apim_metrics WHERE service_id = $1))"
             " ON CONFLICT (service_id, id) DO UPDATE SET name = excluded.name,"
             " parent_id = excluded.parent_id",
             {text(row.service_id), text(row.id), row.name, parent});
}

Result<> put(Session& session, const UsageLimitRow& row) {
  return run(
      session,
      "INSERT INTO apim_usage_limits"
      " (service_id, plan_id, metric_id, period, max_value, grace_percent, shadow)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7)"
      " ON CONFLICT (service_id, plan_id, metric_id, period)"
      " DO UPDATE SET max_value = excluded.max_value,"
      " grace_percent = excluded.grace_percent, shadow = excluded.shadow",
      {text(row.service_id), text(row.plan_id), text(row.metric_id), text(to_text(row.period)),
       row.max, std::int64_t{row.grace_percent}, std::int64_t{row.shadow}});
}

Result<> put(Session& session, const SpikeLimitRow& row) {
  return run(session,
             "INSERT INTO apim_spike_limits"
             " (service_id, plan_id, metric_id, max_value, seconds, burst)"
             " VALUES ($1, $2, $3, $4, $5, $6)"
             " ON CONFLICT (service_id, plan_id, metric_id) DO UPDATE SET"
             " max_value = excluded.max_value, seconds = excluded.seconds, burst = excluded.burst",
             {text(row.service_id), text(row.plan_id), text(row.metric_id), row.rule.max,
              row.rule.seconds, row.rule.burst});
}

Result<> put(Session& session, const ServiceWebhookRow& row) {
  return run(session,
             "INSERT INTO apim_service_webhooks (service_id, url, secret) VALUES ($1, $2, $3)"
             " ON CONFLICT (service_id) DO UPDATE SET url = excluded.url,"
             " secret = excluded.secret",
             {text(row.service_id), row.url, row.secret});
}

Result<> put(Session& session, const ApplicationWebhookRow& row) {
  return run(session,
             "INSERT INTO apim_application_webhooks (service_id, application_id, url, secret)"
             " VALUES ($1, $2, $3, $4)"
             " ON CONFLICT (service_id, application_id) DO UPDATE SET url = excluded.url,"
             " secret = excluded.secret",
             {text(row.service_id), text(row.application_id), row.url, row.secret});
}

Result<> put(Session& session, const AlertLimitRow& row) {
  return run(session,
             "INSERT INTO apim_alert_limits (service_id, bin) VALUES ($1, $2)"
             " ON CONFLICT (service_id, bin) DO NOTHING",
             {text(row.service_id), std::int64_t{row.bin}});
}

Result<> put(Session& session, const ApplicationRow& row) {
  return run(session,
             "INSERT INTO apim_applications"
             " (service_id, id, state, plan_id, plan_name, redirect_url)"
             " VALUES ($1, $2, $3, $4, $5, $6)"
             " ON CONFLICT (service_id, id) DO UPDATE SET state = excluded.state,"
             " plan_id = excluded.plan_id, plan_name = excluded.plan_name,"
             " redirect_url = excluded.redirect_url",
             {text(row.service_id), text(row.id), row.state, text(row.plan_id), row.plan_name,
              row.redirect_url});
}

Result<> put(Session& session, const ApplicationKeyRow& row) {
  return run(session,
             "INSERT INTO apim_application_keys (service_id, application_id, value, position)"
             " VALUES ($1, $2, $3, (SELECT COALESCE(MAX(position), 0) + 1"
             "  FROM apim_application_keys WHERE service_id = $1 AND application_id = $2))"
             " ON CONFLICT (service_id, application_id, value) DO NOTHING",
             {text(row.service_id), text(row.application_id), text(row.value)});
}

Result<> put(Session& session, const ReferrerFilterRow& row) {
  return run(session,
             "INSERT INTO apim_referrer_filters (service_id, application_id, value)"
             " VALUES ($1, $2, $3)"
             " ON CONFLICT (service_id, application_id, value) DO NOTHING",
             {text(row.service_id), text(row.application_id), row.value});
}

Result<> put(Session& session, const UserKeyRow& row) {
  return run(session,
             "INSERT INTO apim_user_keys (service_id, user_key, application_id)"
             " VALUES ($1, $2, $3)"
             " ON CONFLICT (service_id, user_key)"
             " DO UPDATE SET application_id = excluded.application_id",
             {text(row.service_id), text(row.user_key), text(row.application_id)});
}

// Erasing. What goes with a row goes by the foreign keys.

Result<> clear(Session& session, const ServiceId& id) {
  return run(session, "DELETE FROM apim_services WHERE id = $1", {text(id)});
}

Result<> erase(Session& session, const ServiceRow& row) {
  // Whoever finds the mark erases the counters: deleted_services.hpp.
  MS_TRY_VOID(run(session,
                  "INSERT INTO apim_deleted_services (id, service_id)"
                  " SELECT COALESCE(MAX(id), 0) + 1, $1 FROM apim_deleted_services",
                  {text(row.id)}));
  return clear(session, row.id);
}

Result<> erase(Session& session, const DefaultServiceRow& row) {
  return run(session, "DELETE FROM apim_default_services WHERE provider_key = $1",
             {text(row.provider_key)});
}

Result<> erase(Session& session, const ServiceTokenRow& row) {
  return run(session, "DELETE FROM apim_service_tokens WHERE service_id = $1 AND token = $2",
             {text(row.service_id), text(row.token)});
}

Result<> erase(Session& session, const MetricRow& row) {
  return run(session, "DELETE FROM apim_metrics WHERE service_id = $1 AND id = $2",
             {text(row.service_id), text(row.id)});
}

Result<> erase(Session& session, const UsageLimitRow& row) {
  return run(
      session,
      "DELETE FROM apim_usage_limits WHERE service_id = $1 AND plan_id = $2"
      " AND metric_id = $3 AND period = $4",
      {text(row.service_id), text(row.plan_id), text(row.metric_id), text(to_text(row.period))});
}

Result<> erase(Session& session, const SpikeLimitRow& row) {
  return run(session,
             "DELETE FROM apim_spike_limits WHERE service_id = $1 AND plan_id = $2"
             " AND metric_id = $3",
             {text(row.service_id), text(row.plan_id), text(row.metric_id)});
}

Result<> erase(Session& session, const ServiceWebhookRow& row) {
  return run(session, "DELETE FROM apim_service_webhooks WHERE service_id = $1",
             {text(row.service_id)});
}

Result<> erase(Session& session, const ApplicationWebhookRow& row) {
  return run(session,
             "DELETE FROM apim_application_webhooks WHERE service_id = $1 AND application_id = $2",
             {text(row.service_id), text(row.application_id)});
}

Result<> erase(Session& session, const AlertLimitRow& row) {
  return run(session, "DELETE FROM apim_alert_limits WHERE service_id = $1 AND bin = $2",
             {text(row.service_id), std::int64_t{row.bin}});
}

Result<> erase(Session& session, const ApplicationRow& row) {
  return run(session, "DELETE FROM apim_applications WHERE service_id = $1 AND id = $2",
             {text(row.service_id), text(row.id)});
}

Result<> erase(Session& session, const ApplicationKeyRow& row) {
  return run(session,
             "DELETE FROM apim_application_keys WHERE service_id = $1 AND application_id = $2"
             " AND value = $3",
             {text(row.service_id), text(row.application_id), text(row.value)});
}

Result<> erase(Session& session, const ReferrerFilterRow& row) {
  return run(session,
             "DELETE FROM apim_referrer_filters WHERE service_id = $1 AND application_id = $2"
             " AND value = $3",
             {text(row.service_id), text(row.application_id), row.value});
}

Result<> erase(Session& session, const UserKeyRow& row) {
  return run(session, "DELETE FROM apim_user_keys WHERE service_id = $1 AND user_key = $2",
             {text(row.service_id), text(row.user_key)});
}

class Tables final : public CatalogTables {
 public:
  explicit Tables(Session& session) : session_(session) {}
  Result<> apply(const RowChange& change) override {
    return std::visit(
        [&](const auto& row) {
          return change.kind == RowChange::Kind::put ? put(session_, row) : erase(session_, row);
        },
        change.row);
  }
  Result<> clear(const ServiceId& id) override { return apim::clear(session_, id); }

 private:
  Session& session_;
};

/// The columns of a row, one after the other. ok() is false when one was not what the migration
/// made it.
class Columns {
 public:
  explicit Columns(const Row& row) : row_(row) {}
  std::string text() { return next<std::string>(); }
  template <class Id>
  Id id() {
    return Id{text()};
  }
  std::int64_t number() { return next<std::int64_t>(); }
  std::optional<MetricId> optional_metric() {
    if (std::holds_alternative<std::monostate>(row_[next_])) {
      ++next_;
      return std::nullopt;
    }
    return id<MetricId>();
  }
  Period period() {
    const auto parsed = parse_period(text());
    ok_ = ok_ && parsed;
    return parsed.value_or(Period::minute);
  }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  template <class T>
  T next() {
    const T* found = std::get_if<T>(&row_[next_++]);
    ok_ = ok_ && found != nullptr;
    return found != nullptr ? *found : T{};
  }

  const Row& row_;
  std::size_t next_ = 0;
  bool ok_ = true;
};

using MakeRow = std::function<CatalogRow(Columns&)>;

Result<> read(Session& session, CatalogBuilder& builder, std::string_view sql,
              const MakeRow& make) {
  bool ok = true;
  MS_TRY_VOID(session.each(sql, {}, [&](const Row& row) {
    Columns columns{row};
    CatalogRow made = make(columns);
    ok = ok && columns.ok();
    if (ok) builder.add(std::move(made));
  }));
  if (ok) return {};
  return Error{CatalogErrc::rows_inconsistent, "a value of another kind: " + std::string{sql}};
}

// Members of a braced list are evaluated from left to right, as the columns come.

Result<> read_services(Session& session, CatalogBuilder& builder, zones::TimeZones& zones) {
  std::string unknown;
  MS_TRY_VOID(read(session, builder,
                   "SELECT id, provider_key, backend_version, state, referrer_filters_required,"
                   " time_zone FROM apim_services ORDER BY position",
                   [&](Columns& in) -> CatalogRow {
                     ServiceRow row{in.id<ServiceId>(), in.id<ProviderKey>(), in.text(),
                                    in.text(),          in.number() != 0,     nullptr};
                     const std::string zone = in.text();
                     if (!zone.empty()) row.zone = zones.find(zone);
                     if (!zone.empty() && row.zone == nullptr) unknown = zone;
                     return row;
                   }));
  if (!unknown.empty()) {
    return Error{CatalogErrc::rows_inconsistent,
                 "a service counts in the time zone \"" + unknown +
                     "\", which this machine does not know: is tzdata installed?"};
  }
  MS_TRY_VOID(read(session, builder, "SELECT provider_key, service_id FROM apim_default_services",
                   [](Columns& in) -> CatalogRow {
                     return DefaultServiceRow{in.id<ProviderKey>(), in.id<ServiceId>()};
                   }));
  return read(session, builder, "SELECT service_id, token FROM apim_service_tokens",
              [](Columns& in) -> CatalogRow {
                return ServiceTokenRow{in.id<ServiceId>(), in.id<ServiceToken>()};
              });
}

Result<> read_limits(Session& session, CatalogBuilder& builder) {
  MS_TRY_VOID(read(
      session, builder,
      "SELECT service_id, id, name, parent_id FROM apim_metrics"
      " ORDER BY service_id, position",
      [](Columns& in) -> CatalogRow {
        return MetricRow{in.id<ServiceId>(), in.id<MetricId>(), in.text(), in.optional_metric()};
      }));
  MS_TRY_VOID(read(session, builder,
                   "SELECT service_id, plan_id, metric_id, period, max_value, grace_percent, shadow"
                   " FROM apim_usage_limits",
                   [](Columns& in) -> CatalogRow {
                     return UsageLimitRow{in.id<ServiceId>(), in.id<PlanId>(),
                                          in.id<MetricId>(),  in.period(),
                                          in.number(),        static_cast<int>(in.number()),
                                          in.number() != 0};
                   }));
  MS_TRY_VOID(read(session, builder,
                   "SELECT service_id, plan_id, metric_id, max_value, seconds, burst"
                   " FROM apim_spike_limits",
                   [](Columns& in) -> CatalogRow {
                     return SpikeLimitRow{in.id<ServiceId>(), in.id<PlanId>(), in.id<MetricId>(),
                                          SpikeRule{in.number(), in.number(), in.number()}};
                   }));
  MS_TRY_VOID(read(session, builder, "SELECT service_id, url, secret FROM apim_service_webhooks",
                   [](Columns& in) -> CatalogRow {
                     return ServiceWebhookRow{in.id<ServiceId>(), in.text(), in.text()};
                   }));
  return read(session, builder, "SELECT service_id, bin FROM apim_alert_limits",
              [](Columns& in) -> CatalogRow {
                return AlertLimitRow{in.id<ServiceId>(), static_cast<int>(in.number())};
              });
}

Result<> read_applications(Session& session, CatalogBuilder& builder) {
  MS_TRY_VOID(read(session, builder,
                   "SELECT service_id, id, state, plan_id, plan_name, redirect_url"
                   " FROM apim_applications",
                   [](Columns& in) -> CatalogRow {
                     return ApplicationRow{in.id<ServiceId>(), in.id<ApplicationId>(),
                                           in.text(),          in.id<PlanId>(),
                                           in.text(),          in.text()};
                   }));
  MS_TRY_VOID(read(session, builder,
                   "SELECT service_id, application_id, value FROM apim_application_keys"
                   " ORDER BY service_id, application_id, position",
                   [](Columns& in) -> CatalogRow {
                     return ApplicationKeyRow{in.id<ServiceId>(), in.id<ApplicationId>(),
                                              in.id<ApplicationKey>()};
                   }));
  MS_TRY_VOID(
      read(session, builder, "SELECT service_id, application_id, value FROM apim_referrer_filters",
           [](Columns& in) -> CatalogRow {
             return ReferrerFilterRow{in.id<ServiceId>(), in.id<ApplicationId>(), in.text()};
           }));
  MS_TRY_VOID(read(session, builder,
                   "SELECT service_id, application_id, url, secret FROM apim_application_webhooks",
                   [](Columns& in) -> CatalogRow {
                     return ApplicationWebhookRow{in.id<ServiceId>(), in.id<ApplicationId>(),
                                                  in.text(), in.text()};
                   }));
  return {};
}

using UserKeys = std::map<std::string, UserKeyMaps>;

Result<UserKeys> read_user_keys(store::Store& store) {
  UserKeyBuilder keys;
  bool ok = true;
  const Result<> done = store.read([&](Session& session) {
    return session.each("SELECT service_id, user_key, application_id FROM apim_user_keys", {},
                        [&](const Row& row) {
                          Columns in{row};
                          keys.add({in.id<ServiceId>(), in.id<UserKey>(), in.id<ApplicationId>()});
                          ok = ok && in.ok();
                        });
  });
  if (done.has_error()) return done.error();
  if (!ok) return Error{CatalogErrc::rows_inconsistent, "a value of another kind: user keys"};
  return keys.build();
}

}  // namespace

Result<Catalog> SqlCatalogStore::load() {
  // The largest tables side by side: a million rows take a second.
  auto reading = std::async(std::launch::async, [this] { return read_user_keys(store_); });
  CatalogBuilder builder;
  const Result<> loaded = store_.read([&builder, this](Session& session) -> Result<> {
    MS_TRY_VOID(read_services(session, builder, zones_));
    MS_TRY_VOID(read_limits(session, builder));
    return read_applications(session, builder);
  });
  auto user_keys = reading.get();
  if (loaded.has_error()) return loaded.error();
  if (user_keys.has_error()) return user_keys.error();
  builder.add(std::move(*user_keys));
  return builder.build();
}

void SqlCatalogStore::write(Work work, Done done) {
  store_.write(
      [work = std::move(work)](Session& session) {
        Tables tables{session};
        return work(tables);
      },
      std::move(done));
}

}  // namespace mainstay::apim
