#include "apps/charging/outbound/sqlite/power_sql.hpp"

#include <charconv>
#include <string>
#include <string_view>
#include <utility>

namespace mainstay::charging {
namespace {

using store::Row;
using store::Session;

std::int64_t number(const Row& row, std::size_t column) {
  return std::get<std::int64_t>(row.at(column));
}
const std::string& text(const Row& row, std::size_t column) {
  return std::get<std::string>(row.at(column));
}
StationId station(const Row& row) { return StationId{number(row, 0)}; }
ConnectorNumber connector(const Row& row, std::size_t column) {
  return ConnectorNumber{static_cast<std::uint16_t>(number(row, column))};
}

/// "now,until,then"; empty for none.
std::string text_of(const std::optional<power::Hold>& hold) {
  if (!hold) return {};
  return std::to_string(hold->now) + ',' + std::to_string(hold->until.time_since_epoch().count()) +
         ',' + std::to_string(hold->then);
}

Result<std::optional<power::Hold>> hold_in(const std::string& text) {
  if (text.empty()) return std::optional<power::Hold>{};
  std::int64_t numbers[3] = {};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::size_t i = 0; i < 3; ++i) {
    const auto [next, error] = std::from_chars(at, end, numbers[i]);
    const bool comma = i < 2;
    if (error != std::errc{} || (comma ? next == end || *next != ',' : next != end)) {
      return Error{store::Errc::corrupt, "charging_power_holds: " + text};
    }
    at = next + (comma ? 1 : 0);
  }
  return std::optional{power::Hold{static_cast<DeciAmperes>(numbers[0]),
                                   SystemTime{Micros{numbers[1]}},
                                   static_cast<DeciAmperes>(numbers[2])}};
}

Result<> write(Session& session, const PowerSiteRow& row) {
  MS_TRY_VOID(session.execute(
      "INSERT INTO charging_power_sites (site_id, circuits, changed_at) VALUES ($1, $2, $3) "
      "ON CONFLICT (site_id) DO UPDATE SET circuits = excluded.circuits, "
      "changed_at = excluded.changed_at",
      {row.site.get(), row.circuits, row.changed_at.time_since_epoch().count()}));
  return {};
}

Result<> write(Session& session, const PowerSiteRemoved& row) {
  MS_TRY_VOID(
      session.execute("DELETE FROM charging_power_sites WHERE site_id = $1", {row.site.get()}));
  return {};
}

Result<> write(Session& session, const PowerHoldRow& row) {
  const std::int64_t connector = row.connector.get();
  if (!row.confirmed && !row.doubtful) {
    MS_TRY_VOID(
        session.execute("DELETE FROM charging_power_holds WHERE station_id = $1 AND connector = $2",
                        {row.station.get(), connector}));
    return {};
  }
  MS_TRY_VOID(session.execute(
      "INSERT INTO charging_power_holds (station_id, connector, transaction_id, confirmed, "
      "doubtful) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (station_id, connector) DO UPDATE SET "
      "transaction_id = excluded.transaction_id, confirmed = excluded.confirmed, "
      "doubtful = excluded.doubtful",
      {row.station.get(), connector, std::int64_t{row.transaction.get()}, text_of(row.confirmed),
       text_of(row.doubtful)}));
  return {};
}

Result<> write(Session& session, const PowerProfileRow& row) {
  if (row.profile.empty()) {
    MS_TRY_VOID(
        session.execute("DELETE FROM charging_profiles WHERE station_id = $1 AND profile_id = $2",
                        {row.station.get(), std::int64_t{row.id}}));
    return {};
  }
  MS_TRY_VOID(session.execute(
      "INSERT INTO charging_profiles (station_id, profile_id, connector, profile) "
      "VALUES ($1, $2, $3, $4) ON CONFLICT (station_id, profile_id) DO UPDATE SET "
      "connector = excluded.connector, profile = excluded.profile",
      {row.station.get(), std::int64_t{row.id}, std::int64_t{row.connector.get()}, row.profile}));
  return {};
}

Result<> read_sites(Session& session, std::vector<PowerSiteRow>& out) {
  return session.each(
      "SELECT site_id, circuits, changed_at FROM charging_power_sites ORDER BY site_id", {},
      [&](const Row& row) {
        out.push_back({PlotId{number(row, 0)}, text(row, 1), SystemTime{Micros{number(row, 2)}}});
      });
}

Result<> read_holds(Session& session, std::vector<PowerHoldRow>& out) {
  Result<> read;
  const auto on_row = [&](const Row& row) {
    auto confirmed = hold_in(text(row, 3));
    auto doubtful = hold_in(text(row, 4));
    if (confirmed.has_error() || doubtful.has_error()) {
      read = confirmed.has_error() ? confirmed.error() : doubtful.error();
      return;
    }
    out.push_back({station(row), connector(row, 1),
                   TransactionId{static_cast<std::int32_t>(number(row, 2))}, *confirmed,
                   *doubtful});
  };
  MS_TRY_VOID(
      session.each("SELECT station_id, connector, transaction_id, confirmed, doubtful "
                   "FROM charging_power_holds ORDER BY station_id, connector",
                   {}, on_row));
  return read;
}

Result<> read_profiles(Session& session, std::vector<PowerProfileRow>& out) {
  return session.each(
      "SELECT station_id, profile_id, connector, profile FROM charging_profiles "
      "ORDER BY station_id, profile_id",
      {}, [&](const Row& row) {
        out.push_back({station(row), static_cast<std::int32_t>(number(row, 1)), connector(row, 2),
                       text(row, 3)});
      });
}

}  // namespace

Result<PowerRows> SqlPowerStore::load() {
  PowerRows out;
  const auto read_all = [&out](Session& session) -> Result<> {
    MS_TRY_VOID(read_sites(session, out.sites));
    MS_TRY_VOID(read_holds(session, out.holds));
    return read_profiles(session, out.profiles);
  };
  MS_TRY_VOID(store_.read(read_all));
  return out;
}

void SqlPowerStore::save(std::vector<PowerChange> changes, UniqueFunction<void(Result<>)> done) {
  store_.write(
      [changes = std::move(changes)](Session& session) -> Result<> {
        for (const PowerChange& change : changes) {
          MS_TRY_VOID(std::visit([&](const auto& row) { return write(session, row); }, change));
        }
        return {};
      },
      std::move(done));
}

}  // namespace mainstay::charging
