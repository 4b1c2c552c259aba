#include "apps/charging/outbound/sqlite/security_sql.hpp"

#include <memory>
#include <utility>

#include "apps/charging/domain/network_errc.hpp"
#include "apps/charging/outbound/sqlite/history_sql.hpp"
#include "base/text.hpp"
#include "platform/store/columns.hpp"

namespace mainstay::charging {

namespace {

// INSERT ... SELECT of it and the other values: a row with the next id.
constexpr std::string_view select_next_id = "SELECT COALESCE(MAX(id), 0) + 1, ";

// What is kept of a key has no spaces.
std::string keys_text(const std::vector<std::string>& kept) {
  std::string out;
  for (const auto& one : kept) out += (out.empty() ? "" : " ") + one;
  return out;
}

std::vector<std::string> keys_in(std::string_view text) {
  std::vector<std::string> out;
  for (const auto part : split(text, ' ')) {
    if (!part.empty()) out.emplace_back(part);
  }
  return out;
}

Result<> put_one(store::Session& session, const StationKeyRow& row) {
  MS_TRY_VOID(session.execute(
      "INSERT INTO charging_station_keys "
      "(station_id, profile, current, quick, proposed, changed_at) "
      "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (station_id) DO UPDATE SET "
      "profile = excluded.profile, current = excluded.current, quick = excluded.quick, "
      "proposed = excluded.proposed, changed_at = excluded.changed_at",
      {row.station.get(), std::int64_t{row.profile}, row.current, row.quick,
       keys_text(row.proposed), store::value_of(row.changed_at)}));
  return {};
}

}  // namespace

Result<std::vector<StationKeyRow>> SqlSecurityStore::load_keys() {
  std::vector<StationKeyRow> rows;
  MS_TRY_VOID(store_.read([&](store::Session& session) -> Result<> {
    return session.each(
        "SELECT station_id, profile, current, quick, proposed, changed_at "
        "FROM charging_station_keys",
        {}, [&](const store::Row& row) {
          store::Columns in{row};
          StationKeyRow key;
          key.station = in.id<StationId>();
          key.profile = static_cast<std::uint8_t>(in.number());
          key.current = in.text();
          key.quick = in.text();
          key.proposed = keys_in(in.text());
          key.changed_at = in.time();
          rows.push_back(std::move(key));
        });
  }));
  return rows;
}

void SqlSecurityStore::put_key(StationKeyRow row, Done done) {
  store_.write([row = std::move(row)](store::Session& session) { return put_one(session, row); },
               std::move(done));
}

Result<> SqlSecurityStore::leave_key(LeftKey key) {
  return store_.write_now([&key](store::Session& session) -> Result<> {
    MS_TRY_VOID(
        session.execute("INSERT INTO charging_station_keys_left (station_id, kept) VALUES ($1, $2) "
                        "ON CONFLICT (station_id) DO UPDATE SET kept = excluded.kept",
                        {key.station.get(), key.kept}));
    return {};
  });
}

Result<std::vector<LeftKey>> SqlSecurityStore::left_keys() {
  std::vector<LeftKey> all;
  MS_TRY_VOID(store_.read([&](store::Session& session) -> Result<> {
    return session.each("SELECT station_id, kept FROM charging_station_keys_left", {},
                        [&](const store::Row& row) {
                          store::Columns in{row};
                          const auto station = in.id<StationId>();
                          all.push_back({station, in.text()});
                        });
  }));
  return all;
}

void SqlSecurityStore::take_up_key(StationKeyRow row, Done done) {
  store_.write(
      [row = std::move(row)](store::Session& session) -> Result<> {
        MS_TRY_VOID(put_one(session, row));
        MS_TRY_VOID(session.execute(
            "DELETE FROM charging_station_keys_left WHERE station_id = $1 AND kept = $2",
            {row.station.get(), row.current}));
        return {};
      },
      std::move(done));
}

void SqlSecurityStore::add_event(SecurityEventRow row, Done done) {
  store_.write(
      [row = std::move(row)](store::Session& session) -> Result<> {
        MS_TRY_VOID(session.execute(std::string{"INSERT INTO charging_security_events "}
                                        .append("(id, station_id, kind, at, received_at, detail) ")
                                        .append(select_next_id)
                                        .append("$1, $2, $3, $4, $5 FROM charging_security_events"),
                                    {row.station.get(), row.kind, store::value_of(row.at),
                                     store::value_of(row.received_at), row.detail}));
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
  store_.select(sql + "ORDER BY id LIMIT $2", std::move(params),
                [&store = store_, after,
                 done = std::move(done)](Result<std::vector<store::Row>> rows) mutable {
                  if (rows.has_error()) return done(std::move(rows).error());
                  std::vector<SecurityEventRow> events;
                  for (const auto& row : *rows) {
                    store::Columns in{row};
                    SecurityEventRow event;
                    event.id = in.number();
                    event.station = in.id<StationId>();
                    event.kind = in.text();
                    event.at = in.time();
                    event.received_at = in.time();
                    event.detail = in.text();
                    events.push_back(std::move(event));
                  }
                  give_log(store, "charging_security_events", after, std::move(events),
                           std::move(done));
                });
}

// --- Certificates

namespace {

CertificateRow certificate_in(const store::Row& row) {
  store::Columns in{row};
  CertificateRow out;
  out.id = in.number();
  out.serial = in.text();
  out.station = in.id<StationId>();
  out.issued_at = in.time();
  out.expires_at = in.time();
  out.revoked_at = in.time();
  return out;
}

Result<> insert_certificate(store::Session& session, const CertificateRow& row) {
  MS_TRY_VOID(session.execute(std::string{"INSERT INTO charging_certificates "}
                                  .append("(id, serial, station_id, issued_at, expires_at) ")
                                  .append(select_next_id)
                                  .append("$1, $2, $3, $4 FROM charging_certificates"),
                              {row.serial, row.station.get(), store::value_of(row.issued_at),
                               store::value_of(row.expires_at)}));
  return {};
}

Result<> revoke_one(store::Session& session, const std::string& serial, const Revocation& wanted) {
  MS_TRY(const auto known,
         session.query("SELECT id FROM charging_certificates WHERE serial = $1", {serial}));
  if (known.empty() && !wanted.takes_foreign) {
    return Error{NetworkErrc::certificate_unknown, serial};
  }
  if (known.empty()) MS_TRY_VOID(insert_certificate(session, {.serial = serial}));
  MS_TRY(const auto already,
         session.query("SELECT id FROM charging_revoked_certificates WHERE serial = $1", {serial}));
  if (!already.empty()) return {};
  MS_TRY_VOID(session.execute(std::string{"INSERT INTO charging_revoked_certificates "}
                                  .append("(id, serial, revoked_at) ")
                                  .append(select_next_id)
                                  .append("$1, $2 FROM charging_revoked_certificates"),
                              {serial, store::value_of(wanted.at)}));
  return {};
}

}  // namespace

Result<> SqlSecurityStore::add_certificate(CertificateRow row) {
  return store_.write_now(
      [&row](store::Session& session) { return insert_certificate(session, row); });
}

void SqlSecurityStore::certificates(
    const CertificateFilter& filter,
    UniqueFunction<void(Result<std::vector<CertificateRow>>)> done) {
  std::string sql =
      "SELECT c.id, c.serial, c.station_id, c.issued_at, c.expires_at, COALESCE(r.revoked_at, 0) "
      "FROM charging_certificates c LEFT JOIN charging_revoked_certificates r "
      "ON r.serial = c.serial WHERE c.id < $1 ";
  std::vector<store::Value> params{filter.before == 0 ? INT64_MAX : filter.before,
                                   static_cast<std::int64_t>(filter.limit)};
  if (filter.station != StationId{}) {
    sql += "AND c.station_id = $3 ";
    params.emplace_back(filter.station.get());
  }
  store_.select(sql + "ORDER BY c.id DESC LIMIT $2", std::move(params),
                [done = std::move(done)](Result<std::vector<store::Row>> rows) {
                  if (rows.has_error()) return done(std::move(rows).error());
                  std::vector<CertificateRow> all;
                  for (const auto& row : *rows) all.push_back(certificate_in(row));
                  done(std::move(all));
                });
}

void SqlSecurityStore::revoke(Revocation wanted,
                              UniqueFunction<void(Result<std::vector<std::string>>)> done) {
  auto serials = std::make_shared<std::vector<std::string>>();
  store_.write(
      [serials, wanted = std::move(wanted)](store::Session& session) -> Result<> {
        *serials = wanted.serials;
        if (wanted.station != StationId{}) {
          const store::Value params[] = {wanted.station.get(), store::value_of(wanted.at)};
          MS_TRY_VOID(session.each(
              "SELECT serial FROM charging_certificates WHERE station_id = $1 AND expires_at > $2 "
              "ORDER BY id",
              params,
              [&](const store::Row& row) { serials->push_back(store::Columns{row}.text()); }));
        }
        for (const auto& serial : *serials) MS_TRY_VOID(revoke_one(session, serial, wanted));
        return {};
      },
      [serials, done = std::move(done)](Result<> stored) {
        if (stored.has_error()) return done(std::move(stored).error());
        done(std::move(*serials));
      });
}

Result<std::vector<RevokedSerial>> SqlSecurityStore::revoked(std::int64_t after) {
  std::vector<RevokedSerial> all;
  MS_TRY_VOID(store_.read([&](store::Session& session) -> Result<> {
    const store::Value params[] = {after};
    return session.each(
        "SELECT id, serial FROM charging_revoked_certificates WHERE id > $1 ORDER BY id", params,
        [&](const store::Row& row) {
          store::Columns in{row};
          const auto id = in.number();
          all.push_back({id, in.text()});
        });
  }));
  return all;
}

}  // namespace mainstay::charging
