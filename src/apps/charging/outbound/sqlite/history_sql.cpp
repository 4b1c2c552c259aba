#include "apps/charging/outbound/sqlite/history_sql.hpp"

#include <algorithm>
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

class History {
 public:
  History(store::Store& store, const HistoryRules& rules) : store_(store), rules_(rules) {}

  Result<HistoryStep> forget_events(SystemTime before);
  Result<HistoryStep> forget_security_events(SystemTime before);
  Result<HistoryStep> forget_operations(SystemTime before);
  /// From where the step before ended on.
  Result<HistoryStep> forget_readings(SystemTime before);

 private:
  Result<std::vector<LogReader>> readers(Session& session) const;
  Result<HistoryStep> forget_log(Session& session, const std::string& table,
                                 const std::string& columns, SystemTime before,
                                 const std::vector<LogReader>& all) const;
  [[nodiscard]] std::int64_t limit() const { return static_cast<std::int64_t>(rules_.rows_a_step); }
  template <class Work>
  Result<HistoryStep> in_step(Work work) const;

  store::Store& store_;
  const HistoryRules& rules_;
  std::int64_t readings_after_ = 0;
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

/// Of a station that was offline a reading may tell an older time than that of its receipt.
Result<HistoryStep> History::forget_readings(SystemTime before) {
  return in_step([&](Session& session) -> Result<HistoryStep> {
    MS_TRY(const std::int64_t last, highest(session, "charging_meter_values"));
    const std::vector<Value> params{readings_after_, last, limit()};
    std::vector<PastRow> rows;
    MS_TRY_VOID(session.each(
        "SELECT m.id, m.at, COALESCE(t.received_at, 0), "
        "CASE WHEN t.id IS NOT NULL AND c.id IS NULL THEN 1 ELSE 0 END "
        "FROM charging_meter_values m LEFT JOIN charging_transactions t ON t.id = m.transaction_id "
        "LEFT JOIN charging_cdrs c ON c.source = 't' || t.id "
        "WHERE m.id > $1 AND m.id < $2 ORDER BY m.id LIMIT $3",
        params, [&](const Row& row) {
          Columns in{row};
          const auto id = in.number();
          const auto at = in.time();
          const auto began = in.time();
          rows.push_back({id, std::max(at, began), in.flag()});
        }));
    const auto past = readings_past(rows, before);
    HistoryStep out;
    for (const auto& [first, to] : past.runs) {
      MS_TRY(const auto gone,
             session.execute("DELETE FROM charging_meter_values WHERE id >= $1 AND id <= $2",
                             {first, to}));
      out.rows += static_cast<std::int64_t>(gone);
    }
    out.has_more = !past.is_end && rows.size() == rules_.rows_a_step;
    if (out.has_more) readings_after_ = rows.back().id;
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
  MS_TRY_VOID(all(&History::forget_readings, rules.readings_days, out.readings));
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
