#include "apps/charging/outbound/sqlite/security_sql.hpp"

#include <utility>

#include "platform/store/columns.hpp"

namespace mainstay::charging {

namespace {

SystemTime time_of(const store::Value& value) {
  return SystemTime{Micros{std::get<std::int64_t>(value)}};
}
std::string text_of(const store::Value& value) { return std::get<std::string>(value); }
StationId station_of(const store::Value& value) { return StationId{std::get<std::int64_t>(value)}; }

}  // namespace

Result<std::vector<StationKeyRow>> SqlSecurityStore::load_keys() {
  std::vector<StationKeyRow> rows;
  MS_TRY_VOID(store_.read([&](store::Session& session) -> Result<> {
    return session.each(
        "SELECT station_id, profile, current, quick, proposed, changed_at "
        "FROM charging_station_keys",
        {}, [&](const store::Row& row) {
          rows.push_back({station_of(row[0]),
                          static_cast<std::uint8_t>(std::get<std::int64_t>(row[1])),
                          text_of(row[2]), text_of(row[3]), text_of(row[4]), time_of(row[5])});
        });
  }));
  return rows;
}

void SqlSecurityStore::put_key(StationKeyRow row, Done done) {
  store_.write(
      [row = std::move(row)](store::Session& session) -> Result<> {
        MS_TRY_VOID(session.execute(
            "INSERT INTO charging_station_keys "
            "(station_id, profile, current, quick, proposed, changed_at) "
            "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (station_id) DO UPDATE SET "
            "profile = excluded.profile, current = excluded.current, quick = excluded.quick, "
            "proposed = excluded.proposed, changed_at = excluded.changed_at",
            {row.station.get(), std::int64_t{row.profile}, row.current, row.quick, row.proposed,
             store::value_of(row.changed_at)}));
        return {};
      },
      std::move(done));
}

void SqlSecurityStore::add_event(SecurityEventRow row, Done done) {
  store_.write(
      [row = std::move(row)](store::Session& session) -> Result<> {
        MS_TRY_VOID(session.execute(
            "INSERT INTO charging_security_events (id, station_id, kind, at, received_at, detail) "
            "SELECT COALESCE(MAX(id), 0) + 1, $1, $2, $3, $4, $5 FROM charging_security_events",
            {row.station.get(), row.kind, store::value_of(row.at), store::value_of(row.received_at),
             row.detail}));
        return {};
      },
      std::move(done));
}

void SqlSecurityStore::events(std::int64_t after, StationId station, std::size_t limit,
                              UniqueFunction<void(Result<std::vector<SecurityEventRow>>)> done) {
  std::string sql =
      "SELECT id, station_id, kind, at, received_at, detail FROM charging_security_events "
      "WHERE id > $1 ";
  std::vector<store::Value> params{after, static_cast<std::int64_t>(limit)};
  if (station != StationId{}) {
    sql += "AND station_id = $3 ";
    params.emplace_back(station.get());
  }
  store_.select(
      sql + "ORDER BY id LIMIT $2", std::move(params),
      [done = std::move(done)](Result<std::vector<store::Row>> rows) {
        if (rows.has_error()) return done(std::move(rows).error());
        std::vector<SecurityEventRow> events;
        for (const auto& row : *rows) {
          events.push_back({std::get<std::int64_t>(row[0]), station_of(row[1]), text_of(row[2]),
                            time_of(row[3]), time_of(row[4]), text_of(row[5])});
        }
        done(std::move(events));
      });
}

}  // namespace mainstay::charging
