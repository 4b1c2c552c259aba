#include "apps/charging/outbound/sqlite/history_sql.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/charging/domain/history.hpp"
#include "apps/charging/domain/network_errc.hpp"
#include "apps/charging/outbound/sqlite/network_sql_values.hpp"
#include "apps/charging/ports/money_store.hpp"
#include "base/text.hpp"
#include "platform/store/columns.hpp"

namespace mainstay::charging {
namespace {

using store::Columns;
using store::Row;
using store::Session;
using store::Value;

/// Who reads the log of events with a cursor of its own.
struct LogReader {
  std::int64_t after = 0;
  std::vector<EventKind> kinds{};  // none: all

  [[nodiscard]] bool needs(std::int64_t id, EventKind kind) const {
    return id > after && (kinds.empty() || std::ranges::find(kinds, kind) != kinds.end());
  }
};

/// Everything is done in steps: one transaction each.
struct HistoryStep {
  std::int64_t rows = 0;
  bool has_more = false;
};

/// Of rows with numbers, of which those that somebody needs stay among those that go.
struct HistoryTable {
  std::string name{};
  /// Number, time, 0 or a time that it is no older than, whether it is needed; of rows behind $1
  /// and before $2, at most $3.
  std::string select{};
  std::int64_t after = 0;  // from there on
};

/// Where a connector's use was told, and when: as the index has them.
struct UseKey {
  SystemTime at{};
  StationId station{};
  ConnectorNumber connector{};
};

class History {
 public:
  History(store::Store& store, const HistoryRules& rules) : store_(store), rules_(rules) {}

  Result<HistoryStep> forget_events(SystemTime before);
  Result<HistoryStep> forget_security_events(SystemTime before);
  Result<HistoryStep> forget_operations(SystemTime before);
  // From where the step before ended on.
  Result<HistoryStep> forget_readings(SystemTime before) { return forget_runs(readings_, before); }
  Result<HistoryStep> forget_reservations(SystemTime before) {
    return forget_runs(reservations_, before);
  }
  Result<HistoryStep> forget_unknown_stops(SystemTime before) {
    return forget_runs(unknown_stops_, before);
  }
  Result<HistoryStep> forget_uses(SystemTime before);

 private:
  Result<std::vector<LogReader>> readers(Session& session) const;
  Result<HistoryStep> forget_log(Session& session, const std::string& table,
                                 const std::string& columns, SystemTime before,
                                 const std::vector<LogReader>& all) const;
  Result<HistoryStep> forget_runs(HistoryTable& table, SystemTime before) const;
  Result<> find_unsettled(Session& session);
  [[nodiscard]] bool is_needed(const UseKey& use) const;
  [[nodiscard]] std::int64_t limit() const { return static_cast<std::int64_t>(rules_.rows_a_step); }
  template <class Work>
  Result<HistoryStep> in_step(Work work) const;

  store::Store& store_;
  const HistoryRules& rules_;
  // Of a station that was offline a reading may tell an older time than that of its receipt.
  HistoryTable readings_{
      "charging_meter_values",
      "SELECT m.id, m.at, COALESCE(t.received_at, 0), "
      "CASE WHEN t.id IS NOT NULL AND c.id IS NULL THEN 1 ELSE 0 END "
      "FROM charging_meter_values m LEFT JOIN charging_transactions t ON t.id = m.transaction_id "
      "LEFT JOIN charging_cdrs c ON c.source = 't' || t.id "
      "WHERE m.id > $1 AND m.id < $2 ORDER BY m.id LIMIT $3"};
  // State 4: nobody came, which has a record of its own.
  HistoryTable reservations_{
      "charging_reservations",
      "SELECT r.id, r.expires_at, 0, CASE WHEN r.state < 2 OR "
      "(c.id IS NULL AND (r.state = 4 OR r.transaction_id <> 0)) THEN 1 ELSE 0 END "
      "FROM charging_reservations r LEFT JOIN charging_cdrs c ON c.source = "
      "CASE WHEN r.state = 4 THEN 'r' || r.id ELSE 't' || r.transaction_id END "
      "WHERE r.id > $1 AND r.id < $2 ORDER BY r.id LIMIT $3"};
  HistoryTable unknown_stops_{
      "charging_unknown_stops",
      "SELECT id, received_at, 0, CASE WHEN attached_to = 0 THEN 1 ELSE 0 END "
      "FROM charging_unknown_stops WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3"};
  UseKey uses_after_{};
  /// When the first transaction without a record began at a connector; none: not looked yet.
  using Unsettled = std::map<std::pair<StationId, ConnectorNumber>, SystemTime>;
  std::optional<Unsettled> unsettled_{};
};

template <class Work>
Result<HistoryStep> History::in_step(Work work) const {
  HistoryStep out;
  auto done = store_.write_now([&](Session& session) -> Result<> {
    MS_TRY(out, work(session));
    return {};
  });
  if (done.has_error()) return std::move(done).error();
  return out;
}

Result<std::vector<LogReader>> History::readers(Session& session) const {
  std::vector<LogReader> out;
  MS_TRY(const auto cursors, session.query("SELECT MAX(event_id) FROM charging_money_cursor"));
  out.push_back({Columns{cursors.at(0)}.number(), {money_kinds.begin(), money_kinds.end()}});
  MS_TRY_VOID(session.each("SELECT sent_to, kinds, failures FROM charging_webhooks", {},
                           [&](const Row& row) {
                             Columns in{row};
                             LogReader one{in.number()};
                             const std::string names = in.text();
                             for (const std::string_view name : split(names, ',')) {
                               const auto kind = rules_.parse_kind(name);
                               if (kind) one.kinds.push_back(*kind);
                             }
                             if (in.number() < webhook_failures_max) out.push_back(one);
                           }));
  return out;
}

/// `columns`: number, kind, time.
Result<HistoryStep> History::forget_log(Session& session, const std::string& table,
                                        const std::string& columns, SystemTime before,
                                        const std::vector<LogReader>& all) const {
  MS_TRY(const std::int64_t last, highest(session, table));
  const std::vector<Value> params{last, limit()};
  std::vector<PastRow> rows;
  MS_TRY_VOID(
      session.each("SELECT " + columns + " FROM " + table + " WHERE id < $1 ORDER BY id LIMIT $2",
                   params, [&](const Row& row) {
                     Columns in{row};
                     const auto id = in.number();
                     const auto kind = in.enumerator<EventKind>();
                     const bool is_needed = std::ranges::any_of(
                         all, [&](const LogReader& reader) { return reader.needs(id, kind); });
                     rows.push_back({id, in.time(), is_needed});
                   }));
  const auto to = log_past(rows, before);
  if (!to) return HistoryStep{};
  MS_TRY(const auto gone, session.execute("DELETE FROM " + table + " WHERE id <= $1", {*to}));
  return HistoryStep{static_cast<std::int64_t>(gone),
                     rows.size() == rules_.rows_a_step && *to == rows.back().id};
}

Result<HistoryStep> History::forget_events(SystemTime before) {
  return in_step([&](Session& session) -> Result<HistoryStep> {
    MS_TRY(const auto all, readers(session));
    return forget_log(session, "charging_events", "id, kind, at", before, all);
  });
}

Result<HistoryStep> History::forget_security_events(SystemTime before) {
  return in_step([&](Session& session) {
    return forget_log(session, "charging_security_events", "id, 0, received_at", before, {});
  });
}

/// Of the oldest one that may go first what became of it at its stations.
Result<HistoryStep> History::forget_operations(SystemTime before) {
  return in_step([&](Session& session) -> Result<HistoryStep> {
    MS_TRY(const std::int64_t last, highest(session, "charging_operations"));
    MS_TRY(const auto found,
           session.query("SELECT id FROM charging_operations WHERE id < $1 AND ended_at <> 0 AND "
                         "ended_at < $2 ORDER BY id LIMIT 1",
                         {last, store::value_of(before)}));
    if (found.empty()) return HistoryStep{};
    const std::int64_t id = Columns{found[0]}.number();
    MS_TRY(const auto steps,
           session.execute("DELETE FROM charging_operation_stations WHERE operation_id = $1 AND "
                           "station_id IN (SELECT station_id FROM charging_operation_stations "
                           "WHERE operation_id = $1 ORDER BY station_id LIMIT $2)",
                           {id, limit()}));
    if (steps == rules_.rows_a_step) return HistoryStep{0, true};
    MS_TRY_VOID(session.execute("DELETE FROM charging_operations WHERE id = $1", {id}));
    return HistoryStep{1, true};
  });
}

Result<HistoryStep> History::forget_runs(HistoryTable& table, SystemTime before) const {
  return in_step([&](Session& session) -> Result<HistoryStep> {
    MS_TRY(const std::int64_t last, highest(session, table.name));
    const std::vector<Value> params{table.after, last, limit()};
    std::vector<PastRow> rows;
    MS_TRY_VOID(session.each(table.select, params, [&](const Row& row) {
      Columns in{row};
      const auto id = in.number();
      const auto at = in.time();
      const auto no_older_than = in.time();
      rows.push_back({id, std::max(at, no_older_than), in.flag()});
    }));
    const auto past = past_runs(rows, before);
    HistoryStep out;
    for (const auto& [first, to] : past.runs) {
      MS_TRY(const auto gone,
             session.execute("DELETE FROM " + table.name + " WHERE id >= $1 AND id <= $2",
                             {first, to}));
      out.rows += static_cast<std::int64_t>(gone);
    }
    out.has_more = !past.is_end && rows.size() == rules_.rows_a_step;
    if (out.has_more) table.after = rows.back().id;
    return out;
  });
}

/// Active and superseded ones, and those whose end money has not worked off.
Result<> History::find_unsettled(Session& session) {
  Unsettled found;
  const auto add = [&](const Row& row) {
    Columns in{row};
    TransactionRow one;
    one.station = in.id<StationId>();
    one.connector = in.id<ConnectorNumber>();
    one.started_at = in.time();
    one.received_at = in.time();
    const auto began = began_at(one);
    const auto [at, is_new] = found.try_emplace({one.station, one.connector}, began);
    if (!is_new) at->second = std::min(at->second, began);
  };
  const std::string transactions =
      "SELECT t.station_id, t.connector, t.started_at, t.received_at FROM charging_transactions t ";
  MS_TRY_VOID(session.each(transactions + "WHERE t.state = 0", {}, add));
  MS_TRY_VOID(session.each(transactions + "WHERE t.state = 2", {}, add));
  const std::vector<Value> params{static_cast<std::int64_t>(EventKind::transaction_ended)};
  MS_TRY_VOID(session.each(
      transactions + "JOIN charging_events e ON e.reference = t.id WHERE e.kind = $1 AND "
                     "e.id > (SELECT COALESCE(MAX(event_id), 0) FROM charging_money_cursor)",
      params, add));
  unsettled_ = std::move(found);
  return {};
}

bool History::is_needed(const UseKey& use) const {
  const auto at = unsettled_->find({use.station, use.connector});
  return at != unsettled_->end() && use.at >= at->second;
}

Result<HistoryStep> History::forget_uses(SystemTime before) {
  return in_step([&](Session& session) -> Result<HistoryStep> {
    if (!unsettled_) MS_TRY_VOID(find_unsettled(session));
    const std::vector<Value> params{store::value_of(uses_after_.at), uses_after_.station.get(),
                                    std::int64_t{uses_after_.connector.get()},
                                    store::value_of(before), limit()};
    std::vector<UseKey> rows;
    MS_TRY_VOID(
        session.each("SELECT at, station_id, connector FROM charging_connector_uses "
                     "WHERE (at, station_id, connector) > ($1, $2, $3) AND at < $4 "
                     "ORDER BY at, station_id, connector LIMIT $5",
                     params, [&](const Row& row) {
                       Columns in{row};
                       const auto at = in.time();
                       const auto station = in.id<StationId>();
                       rows.push_back({at, station, in.id<ConnectorNumber>()});
                     }));
    HistoryStep out;
    for (const UseKey& one : rows) {
      if (is_needed(one)) continue;
      MS_TRY_VOID(session.execute(
          "DELETE FROM charging_connector_uses WHERE station_id = $1 AND connector = $2 AND at = "
          "$3",
          {one.station.get(), std::int64_t{one.connector.get()}, store::value_of(one.at)}));
      ++out.rows;
    }
    out.has_more = rows.size() == rules_.rows_a_step;
    if (out.has_more) uses_after_ = rows.back();
    return out;
  });
}

}  // namespace

Result<Forgotten> forget_history(store::Store& store, const HistoryRules& rules, SystemTime now,
                                 const std::function<bool()>& should_stop) {
  Forgotten out;
  History history{store, rules};
  const auto all = [&](auto step, std::int64_t days, std::int64_t& count) -> Result<> {
    const SystemTime before = now - std::chrono::days{days};
    for (bool goes_on = days != 0; goes_on && !should_stop();) {
      MS_TRY(const HistoryStep done, (history.*step)(before));
      count += done.rows;
      goes_on = done.has_more;
    }
    return {};
  };
  MS_TRY_VOID(all(&History::forget_events, rules.log_days, out.events));
  MS_TRY_VOID(all(&History::forget_security_events, rules.log_days, out.security_events));
  MS_TRY_VOID(all(&History::forget_operations, rules.log_days, out.operations));
  MS_TRY_VOID(all(&History::forget_reservations, rules.log_days, out.reservations));
  MS_TRY_VOID(all(&History::forget_unknown_stops, rules.log_days, out.unknown_stops));
  MS_TRY_VOID(all(&History::forget_readings, rules.readings_days, out.readings));
  MS_TRY_VOID(all(&History::forget_uses, rules.readings_days, out.uses));
  return out;
}

void check_log(store::Store& store, std::string_view table, std::int64_t after, std::int64_t first,
               UniqueFunction<void(Result<>)> done) {
  if (after == 0 || first == after + 1) return done({});
  store.select("SELECT MIN(id) FROM " + std::string{table}, {},
               [after, done = std::move(done)](Result<std::vector<Row>> rows) {
                 if (rows.has_error()) return done(std::move(rows).error());
                 const std::int64_t oldest = Columns{rows->at(0)}.number();
                 if (oldest <= after + 1) return done({});
                 done(Error{NetworkErrc::events_gone,
                            "the oldest that is kept is " + std::to_string(oldest)});
               });
}

}  // namespace mainstay::charging
