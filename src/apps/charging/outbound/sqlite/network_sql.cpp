#include "apps/charging/outbound/sqlite/network_sql.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <utility>

#include "apps/charging/outbound/sqlite/history_sql.hpp"
#include "apps/charging/outbound/sqlite/network_sql_values.hpp"
#include "platform/store/columns.hpp"

namespace mainstay::charging {
namespace {

using store::Row;
using store::Session;
using store::Value;

/// INSERT with so many rows a statement: few texts, which the engines keep prepared.
class Insert {
 public:
  /// `head` up to VALUES, `tail` behind the rows.
  Insert(std::string_view head, std::size_t columns, std::string_view tail = {})
      : columns_(columns) {
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      std::string sql{head};
      for (std::size_t row = 0; row < sizes[i]; ++row) {
        sql += row == 0 ? " (" : ", (";
        for (std::size_t column = 0; column < columns; ++column) {
          if (column != 0) sql.push_back(',');
          sql += "$" + std::to_string(row * columns + column + 1);
        }
        sql.push_back(')');
      }
      texts_[i] = sql + std::string{tail};
    }
  }

  template <class Rows>
  Result<> run(Session& session, const Rows& rows) const {
    Values values;
    std::size_t at = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      while (rows.size() - at >= sizes[i]) {
        values.clear();
        values.reserve(sizes[i] * columns_);
        for (std::size_t row = 0; row < sizes[i]; ++row) append(values, rows[at++]);
        MS_TRY_VOID(session.execute(texts_[i], values));
      }
    }
    return {};
  }

 private:
  static constexpr std::array<std::size_t, 3> sizes{32, 8, 1};
  std::size_t columns_;
  std::array<std::string, sizes.size()> texts_;
};

/// The last row of each key: one statement cannot change a row twice in PostgreSQL.
template <class Rows, class Key>
Rows last_of_each(const Rows& rows, Key key) {
  if (rows.size() < 2) return rows;
  std::map<decltype(key(rows.front())), std::size_t> places;
  Rows out;
  for (const auto& row : rows) {
    const auto [at, is_new] = places.try_emplace(key(row), out.size());
    if (is_new) {
      out.push_back(row);
    } else {
      out[at->second] = row;
    }
  }
  return out;
}

std::string transactions_where(std::string_view condition) {
  return "SELECT " + std::string{transaction_columns} + " FROM charging_transactions " +
         std::string{condition};
}

template <class T>
using Read = T (*)(const Row&);

template <class T>
Result<> collect(Session& session, std::string_view sql, std::span<const Value> params,
                 Read<T> read, std::vector<T>& out) {
  return session.each(sql, params, [&](const Row& row) { out.push_back(read(row)); });
}

template <class T>
Result<> collect(Session& session, std::string_view sql, Read<T> read, std::vector<T>& out) {
  return collect<T>(session, sql, {}, read, out);
}

/// Rows for somebody who waits for the answer.
template <class T>
void list(store::Store& store, std::string sql, std::vector<Value> params, Read<T> read,
          NetworkStore::Done<std::vector<T>> done) {
  store.select(std::move(sql), std::move(params),
               [read, done = std::move(done)](Result<std::vector<Row>> rows) {
                 if (rows.has_error()) return done(std::move(rows).error());
                 std::vector<T> out;
                 out.reserve(rows->size());
                 for (const Row& row : *rows) out.push_back(read(row));
                 done(std::move(out));
               });
}

template <class T>
void one(store::Store& store, std::string sql, std::vector<Value> params, Read<T> read,
         NetworkStore::Done<std::optional<T>> done) {
  list<T>(store, std::move(sql), std::move(params), read,
          [done = std::move(done)](Result<std::vector<T>> rows) {
            if (rows.has_error()) return done(std::move(rows).error());
            if (rows->empty()) return done(std::optional<T>{});
            done(std::optional<T>{std::move(rows->front())});
          });
}

/// A statement that grows by what is asked for.
class Query {
 public:
  explicit Query(std::string head) : sql_(std::move(head)) {}
  /// `condition` has a `?` wherever the value goes.
  Query& where(std::string_view condition, Value value) {
    sql_ += params_.empty() ? " WHERE " : " AND ";
    const std::string place = next(std::move(value));
    for (const char c : condition) {
      if (c == '?') {
        sql_ += place;
      } else {
        sql_.push_back(c);
      }
    }
    return *this;
  }
  Query& then(std::string_view text) {
    sql_ += text;
    return *this;
  }
  Query& limit(std::size_t rows) {
    sql_ += " LIMIT " + next(static_cast<std::int64_t>(rows));
    return *this;
  }
  std::string sql() && { return std::move(sql_); }
  std::vector<Value> params() { return params_; }

 private:
  std::string next(Value value) {
    params_.push_back(std::move(value));
    return "$" + std::to_string(params_.size());
  }
  std::string sql_;
  std::vector<Value> params_;
};

/// In the words of the indexes, which leave out what is nobody's.
void of_owner(Query& query, const std::string& owner) {
  query.where("owner_id = ?", without_nul(owner)).then(" AND owner_id <> ''");
}

std::int64_t as_number(auto id) { return std::int64_t{id.get()}; }

}  // namespace

struct SqlNetworkStore::Statements {
  Insert stations{"INSERT INTO charging_stations VALUES", 12,
                  " ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
                  "admission = excluded.admission, groups = excluded.groups, "
                  "plot = excluded.plot, booted_at = excluded.booted_at, "
                  "registration = excluded.registration, vendor = excluded.vendor, "
                  "model = excluded.model, boot = excluded.boot"};
  Insert connectors{"INSERT INTO charging_connectors VALUES", 6,
                    " ON CONFLICT (station_id, connector) DO UPDATE SET status = excluded.status, "
                    "error = excluded.error, at = excluded.at, "
                    "is_operative = excluded.is_operative"};
  Insert tags{"INSERT INTO charging_tags VALUES", 8,
              " ON CONFLICT (tag) DO UPDATE SET status = excluded.status, "
              "expires_at = excluded.expires_at, parent = excluded.parent, "
              "owner_id = excluded.owner_id, label = excluded.label, "
              "transactions_max = excluded.transactions_max"};
  Insert started{
      "INSERT INTO charging_transactions (id, station_id, connector, tag, tag_status, owner_id, "
      "reservation_id, meter_start, started_at, received_at, state) VALUES",
      11};
  std::string ended{
      "UPDATE charging_transactions SET state = $2, meter_stop = $3, stopped_at = $4, "
      "stop_reason = $5, stop_tag = $6 WHERE id = $1"};
  Insert meters{"INSERT INTO charging_meter_values VALUES", 5};
  Insert unknown_stops{"INSERT INTO charging_unknown_stops VALUES", 10, " ON CONFLICT DO NOTHING"};
  Insert reservations{"INSERT INTO charging_reservations VALUES", 10,
                      " ON CONFLICT (id) DO UPDATE SET state = excluded.state, "
                      "transaction_id = excluded.transaction_id"};
  Insert operations{"INSERT INTO charging_operations VALUES", 7,
                    " ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at"};
  Insert steps{"INSERT INTO charging_operation_stations VALUES", 6,
               " ON CONFLICT (operation_id, station_id) DO UPDATE SET state = excluded.state, "
               "outcome = excluded.outcome, detail = excluded.detail, "
               "ended_at = excluded.ended_at"};
  Insert events{"INSERT INTO charging_events VALUES", 7};

  Result<> run(Session& session, const Changes& changes) const;
  Result<> run_transactions(Session& session, const Changes& changes) const;
};

namespace {

/// With how it proved who it is; its number is not given again, since what it did is kept.
Result<> remove_station(Session& session, StationId id) {
  MS_TRY_VOID(session.execute("DELETE FROM charging_stations WHERE id = $1", {id.get()}));
  MS_TRY_VOID(session.execute("DELETE FROM charging_connectors WHERE station_id = $1", {id.get()}));
  MS_TRY_VOID(
      session.execute("DELETE FROM charging_station_keys WHERE station_id = $1", {id.get()}));
  MS_TRY_VOID(
      session.execute("DELETE FROM charging_station_keys_left WHERE station_id = $1", {id.get()}));
  MS_TRY_VOID(session.execute(
      "UPDATE charging_marks SET value = $1 WHERE name = 'station' AND value < $1", {id.get()}));
  return {};
}

}  // namespace

Result<> SqlNetworkStore::Statements::run(Session& session, const Changes& changes) const {
  for (const StationId id : changes.removed.stations) {
    MS_TRY_VOID(remove_station(session, id));
  }
  for (const std::string& tag : changes.removed.tags) {
    MS_TRY_VOID(session.execute("DELETE FROM charging_tags WHERE tag = $1", {without_nul(tag)}));
  }
  MS_TRY_VOID(stations.run(
      session, last_of_each(changes.stations, [](const StationRow& row) { return row.id; })));
  MS_TRY_VOID(connectors.run(session, last_of_each(changes.connectors, [](const ConnectorRow& row) {
                               return std::pair{row.station, row.connector};
                             })));
  MS_TRY_VOID(
      tags.run(session, last_of_each(changes.tags, [](const TagRow& row) { return row.tag; })));
  MS_TRY_VOID(run_transactions(session, changes));
  MS_TRY_VOID(reservations.run(
      session,
      last_of_each(changes.reservations, [](const ReservationRow& row) { return row.id; })));
  MS_TRY_VOID(operations.run(
      session, last_of_each(changes.operations, [](const OperationRow& row) { return row.id; })));
  MS_TRY_VOID(steps.run(session, last_of_each(changes.steps, [](const StepRow& row) {
                          return std::pair{row.operation, row.station};
                        })));
  MS_TRY_VOID(events.run(session, changes.events));
  return {};
}

Result<> SqlNetworkStore::Statements::run_transactions(Session& session,
                                                       const Changes& changes) const {
  MS_TRY_VOID(started.run(session, changes.started));
  for (const TransactionRow& row : changes.ended) {
    const Values values{std::int64_t{row.id.get()},
                        static_cast<std::int64_t>(row.state),
                        row.meter_stop,
                        store::value_of(row.stopped_at),
                        static_cast<std::int64_t>(row.stop_reason),
                        without_nul(row.stop_tag)};
    MS_TRY_VOID(session.execute(ended, values));
  }
  MS_TRY_VOID(meters.run(session, changes.meters));
  for (const TransactionRow& row : changes.adopters) {
    MS_TRY_VOID(session.execute(
        "UPDATE charging_meter_values SET transaction_id = $1 WHERE transaction_id = $2 AND "
        "connector = $3 AND at >= $4",
        {std::int64_t{row.id.get()}, -row.station.get(), std::int64_t{row.connector.get()},
         store::value_of(row.started_at)}));
  }
  MS_TRY_VOID(unknown_stops.run(session, changes.unknown_stops));
  for (const UnknownStopRow& row : changes.settled_stops) {
    MS_TRY_VOID(session.execute("UPDATE charging_unknown_stops SET attached_to = $2 WHERE id = $1",
                                {row.id, std::int64_t{row.attached_to}}));
  }
  return {};
}

SqlNetworkStore::SqlNetworkStore(store::Store& store)
    : store_(store), statements_(std::make_shared<const Statements>()) {}

SqlNetworkStore::~SqlNetworkStore() = default;

Result<NetworkRows> SqlNetworkStore::load() {
  NetworkRows out;
  const auto read = [&](Session& session) -> Result<> {
    MS_TRY_VOID(collect(session, "SELECT * FROM charging_stations", station_in, out.stations));
    MS_TRY_VOID(
        collect(session, "SELECT * FROM charging_connectors", connector_in, out.connectors));
    MS_TRY_VOID(collect(session, "SELECT * FROM charging_tags", tag_in, out.tags));
    MS_TRY_VOID(
        collect(session, transactions_where("WHERE state = 0"), transaction_in, out.active));
    MS_TRY_VOID(collect(session, "SELECT * FROM charging_reservations WHERE state < 2",
                        reservation_in, out.reservations));
    MS_TRY_VOID(session.each(
        "SELECT id, (SELECT MAX(started_at) FROM charging_transactions t WHERE t.station_id = "
        "s.id) FROM charging_stations s",
        {}, [&](const Row& row) {
          out.newest_starts.emplace_back(StationId{number_in(row, 0)},
                                         SystemTime{Micros{number_in(row, 1)}});
        }));
    MS_TRY_VOID(session.each(
        "SELECT DISTINCT transaction_id FROM charging_meter_values WHERE transaction_id < 0", {},
        [&](const Row& row) { out.loose_readings.emplace_back(-number_in(row, 0)); }));
    MS_TRY(const auto station, highest(session, "charging_stations"));
    MS_TRY(const auto marks,
           session.query("SELECT MAX(value) FROM charging_marks WHERE name = 'station'"));
    out.last_station = std::max(station, number_in(marks.at(0), 0));
    MS_TRY(const auto transaction, highest(session, "charging_transactions"));
    out.last_transaction = static_cast<std::int32_t>(transaction);
    MS_TRY(out.last_meter, highest(session, "charging_meter_values"));
    MS_TRY(out.last_unknown_stop, highest(session, "charging_unknown_stops"));
    MS_TRY(const auto reservation, highest(session, "charging_reservations"));
    out.last_reservation = static_cast<std::int32_t>(reservation);
    MS_TRY(out.last_operation, highest(session, "charging_operations"));
    MS_TRY(out.last_event, highest(session, "charging_events"));
    MS_TRY(out.last_outside, highest(session, "charging_outside_changes"));
    return {};
  };
  MS_TRY_VOID(store_.read(read));
  return out;
}

void SqlNetworkStore::commit(std::shared_ptr<const Changes> changes,
                             UniqueFunction<void(Result<>)> done) {
  store_.write([statements = statements_, changes = std::move(changes)](
                   Session& session) { return statements->run(session, *changes); },
               std::move(done));
}

Result<> SqlNetworkStore::commit_outside(const Changes& changes, SystemTime now) {
  return store_.write_now([&](Session& session) -> Result<> {
    MS_TRY_VOID(statements_->run(session, changes));
    MS_TRY(const auto last, highest(session, "charging_outside_changes"));
    MS_TRY_VOID(session.execute("INSERT INTO charging_outside_changes VALUES ($1, $2)",
                                {last + 1, store::value_of(now)}));
    // Servers ask for the newest number only.
    MS_TRY_VOID(session.execute("DELETE FROM charging_outside_changes WHERE id <= $1", {last}));
    return {};
  });
}

namespace {

void newest_in(store::Store& store, const std::string& table,
               NetworkStore::Done<std::int64_t> done) {
  store.select("SELECT COALESCE(MAX(id), 0) FROM " + table, {},
               [done = std::move(done)](Result<std::vector<Row>> rows) {
                 if (rows.has_error()) return done(std::move(rows).error());
                 done(number_in(rows->at(0), 0));
               });
}

}  // namespace

void SqlNetworkStore::newest_outside(Done<std::int64_t> done) {
  newest_in(store_, "charging_outside_changes", std::move(done));
}

namespace {

/// Behind what is being written: on the writer, not beside it.
void find_behind(store::Store& store, std::string sql, std::vector<Value> params,
                 NetworkStore::Done<std::optional<TransactionRow>> done) {
  auto found = std::make_shared<std::vector<TransactionRow>>();
  store.write(
      [found, sql = std::move(sql), params = std::move(params)](Session& session) {
        found->clear();
        return collect(session, sql, params, transaction_in, *found);
      },
      [found, done = std::move(done)](Result<> outcome) {
        if (outcome.has_error()) return done(std::move(outcome).error());
        if (found->empty()) return done(std::optional<TransactionRow>{});
        done(std::optional<TransactionRow>{std::move(found->front())});
      });
}

}  // namespace

void SqlNetworkStore::find(StationId station, const ocpp::StartTransaction& start,
                           Done<std::optional<TransactionRow>> done) {
  find_behind(store_,
              transactions_where("WHERE station_id = $1 AND started_at = $2 AND connector = $3 "
                                 "AND meter_start = $4 AND tag = $5 LIMIT 1"),
              {station.get(), store::value_of(start.timestamp), as_number(start.connector_id),
               start.meter_start, without_nul(tag_key(start.id_tag))},
              std::move(done));
}

void SqlNetworkStore::find(StationId station, const ocpp::StopTransaction& stop,
                           Done<std::optional<TransactionRow>> done) {
  find_behind(store_,
              transactions_where("WHERE id IN (SELECT id FROM charging_transactions "
                                 "WHERE station_id = $1 AND started_at <= $2 "
                                 "ORDER BY started_at DESC LIMIT 1000) AND stopped_at = $2 "
                                 "AND meter_stop = $3 AND stop_tag = $4 AND state = $5 LIMIT 1"),
              {station.get(), store::value_of(stop.timestamp), stop.meter_stop,
               without_nul(tag_key(stop.id_tag.value_or(""))),
               static_cast<std::int64_t>(TransactionState::ended)},
              std::move(done));
}

void SqlNetworkStore::find(TransactionId id, Done<std::optional<TransactionRow>> done) {
  find_behind(store_, transactions_where("WHERE id = $1"), {as_number(id)}, std::move(done));
}

// --- lists ---------------------------------------------------------------------------------------

void SqlNetworkStore::transactions(const TransactionFilter& filter,
                                   Done<std::vector<TransactionRow>> done) {
  Query query{transactions_where("")};
  if (filter.before != 0) query.where("id < ?", std::int64_t{filter.before});
  if (filter.station.get() != 0) query.where("station_id = ?", filter.station.get());
  if (!filter.tag.empty()) query.where("tag = ?", without_nul(tag_key(filter.tag)));
  if (!filter.owner.empty()) of_owner(query, filter.owner);
  if (filter.state) query.where("state = ?", static_cast<std::int64_t>(*filter.state));
  if (filter.from) query.where("started_at >= ?", store::value_of(*filter.from));
  if (filter.to) query.where("started_at < ?", store::value_of(*filter.to));
  query.then(" ORDER BY id DESC").limit(filter.limit);
  auto params = query.params();
  list<TransactionRow>(store_, std::move(query).sql(), std::move(params), transaction_in,
                       std::move(done));
}

void SqlNetworkStore::tags(const TagFilter& filter, Done<std::vector<TagRow>> done) {
  Query query{"SELECT * FROM charging_tags"};
  query.where("tag > ?", without_nul(filter.after));
  if (!filter.begins.empty()) {
    query.where("substr(tag, 1, length(?)) = ?", without_nul(filter.begins));
  }
  if (!filter.owner.empty()) of_owner(query, filter.owner);
  if (filter.is_blocked) query.where("status = ?", std::int64_t{*filter.is_blocked});
  query.then(" ORDER BY tag").limit(filter.limit);
  auto params = query.params();
  list<TagRow>(store_, std::move(query).sql(), std::move(params), tag_in, std::move(done));
}

void SqlNetworkStore::meters(const MeterFilter& filter, Done<std::vector<MeterRow>> done) {
  list<MeterRow>(store_,
                 "SELECT * FROM charging_meter_values WHERE transaction_id = $1 AND id > $2 "
                 "ORDER BY id LIMIT $3",
                 {filter.transaction, filter.after, static_cast<std::int64_t>(filter.limit)},
                 meter_in, std::move(done));
}

void SqlNetworkStore::unknown_stops(std::int64_t after, std::size_t limit, bool all,
                                    Done<std::vector<UnknownStopRow>> done) {
  Query query{"SELECT * FROM charging_unknown_stops"};
  query.where("id > ?", after);
  if (!all) query.where("attached_to = ?", std::int64_t{0});
  query.then(" ORDER BY id").limit(limit);
  auto params = query.params();
  list<UnknownStopRow>(store_, std::move(query).sql(), std::move(params), unknown_stop_in,
                       std::move(done));
}

void SqlNetworkStore::unknown_stop(std::int64_t id, Done<std::optional<UnknownStopRow>> done) {
  one<UnknownStopRow>(store_, "SELECT * FROM charging_unknown_stops WHERE id = $1", {id},
                      unknown_stop_in, std::move(done));
}

Result<> SqlNetworkStore::dismiss_stop(std::int64_t id) {
  return store_.write_now([id](Session& session) -> Result<> {
    MS_TRY(const auto changed,
           session.execute("UPDATE charging_unknown_stops SET attached_to = -1 WHERE id = $1 AND "
                           "attached_to = 0",
                           {id}));
    if (changed != 0) return {};
    MS_TRY(const auto found,
           session.query("SELECT id FROM charging_unknown_stops WHERE id = $1", {id}));
    return found.empty() ? NetworkErrc::unknown_stop_unknown : NetworkErrc::unknown_stop_settled;
  });
}

void SqlNetworkStore::reservations(const ReservationFilter& filter,
                                   Done<std::vector<ReservationRow>> done) {
  Query query{"SELECT * FROM charging_reservations"};
  if (filter.before != 0) query.where("id < ?", std::int64_t{filter.before});
  if (!filter.owner.empty()) of_owner(query, filter.owner);
  if (filter.station.get() != 0) query.where("station_id = ?", filter.station.get());
  if (filter.is_open) query.where("state < ?", static_cast<std::int64_t>(ReservationState::used));
  query.then(" ORDER BY id DESC").limit(filter.limit);
  auto params = query.params();
  list<ReservationRow>(store_, std::move(query).sql(), std::move(params), reservation_in,
                       std::move(done));
}

void SqlNetworkStore::events(const EventFilter& filter, Done<std::vector<EventRow>> done) {
  Query query{"SELECT * FROM charging_events"};
  query.where("id > ?", filter.after);
  if (filter.station.get() != 0) query.where("station_id = ?", filter.station.get());
  if (!filter.kinds.empty()) {
    std::string kinds = "kind IN (0";
    for (const EventKind kind : filter.kinds) {
      kinds += "," + std::to_string(static_cast<int>(kind));
    }
    query.then(" AND " + kinds + ")");
  }
  query.then(" ORDER BY id").limit(filter.limit);
  auto params = query.params();
  list<EventRow>(store_, std::move(query).sql(), std::move(params), event_in,
                 [&store = store_, after = filter.after,
                  done = std::move(done)](Result<std::vector<EventRow>> found) mutable {
                   if (found.has_error()) return done(std::move(found));
                   give_log(store, "charging_events", after, std::move(*found), std::move(done));
                 });
}

void SqlNetworkStore::newest_event(Done<std::int64_t> done) {
  newest_in(store_, "charging_events", std::move(done));
}

void SqlNetworkStore::operations(std::int64_t before, std::size_t limit,
                                 Done<std::vector<OperationRow>> done) {
  Query query{"SELECT * FROM charging_operations"};
  if (before != 0) query.where("id < ?", before);
  query.then(" ORDER BY id DESC").limit(limit);
  auto params = query.params();
  list<OperationRow>(store_, std::move(query).sql(), std::move(params), operation_in,
                     std::move(done));
}

void SqlNetworkStore::operation(OperationId id, Done<std::optional<OperationRow>> done) {
  one<OperationRow>(store_, "SELECT * FROM charging_operations WHERE id = $1", {id.get()},
                    operation_in, std::move(done));
}

void SqlNetworkStore::step_counts(OperationId operation, Done<StepCounts> done) {
  store_.select(
      "SELECT state, COUNT(*) FROM charging_operation_stations WHERE operation_id = $1 "
      "GROUP BY state",
      {operation.get()}, [done = std::move(done)](Result<std::vector<Row>> rows) {
        if (rows.has_error()) return done(std::move(rows).error());
        StepCounts out{};
        for (const Row& row : *rows) {
          const auto state = static_cast<std::size_t>(number_in(row, 0));
          if (state < out.size()) out[state] = number_in(row, 1);
        }
        done(out);
      });
}

void SqlNetworkStore::steps(OperationId operation, StationId after, std::size_t limit,
                            Done<std::vector<StepRow>> done) {
  list<StepRow>(store_,
                "SELECT * FROM charging_operation_stations WHERE operation_id = $1 AND "
                "station_id > $2 ORDER BY station_id LIMIT $3",
                {operation.get(), after.get(), static_cast<std::int64_t>(limit)}, step_in,
                std::move(done));
}

Result<std::vector<NetworkStore::OpenOperation>> SqlNetworkStore::open_operations() {
  std::vector<OpenOperation> out;
  const auto read = [&](Session& session) -> Result<> {
    std::vector<OperationRow> rows;
    MS_TRY_VOID(collect(session, "SELECT * FROM charging_operations WHERE ended_at = 0 ORDER BY id",
                        operation_in, rows));
    for (OperationRow& row : rows) {
      OpenOperation open;
      const std::array<Value, 1> id{row.id.get()};
      MS_TRY_VOID(collect(session,
                          "SELECT * FROM charging_operation_stations WHERE operation_id = $1 AND "
                          "state < 2 ORDER BY station_id",
                          id, step_in, open.open));
      open.row = std::move(row);
      out.push_back(std::move(open));
    }
    return {};
  };
  MS_TRY_VOID(store_.read(read));
  return out;
}

// --- webhooks ------------------------------------------------------------------------------------

void SqlNetworkStore::add_webhook(WebhookRow wanted, std::size_t most, Done<WebhookRow> done) {
  auto row = std::make_shared<WebhookRow>(std::move(wanted));
  store_.write(
      [row, most](Session& session) -> Result<> {
        MS_TRY(const auto count, session.query("SELECT COUNT(*) FROM charging_webhooks"));
        if (std::cmp_greater_equal(number_in(count.at(0), 0), most)) {
          return NetworkErrc::too_many_webhooks;
        }
        MS_TRY(const auto last, highest(session, "charging_webhooks"));
        row->id = last + 1;
        Values values;
        append(values, *row);
        MS_TRY_VOID(session.execute(
            "INSERT INTO charging_webhooks VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", values));
        return {};
      },
      [row, done = std::move(done)](Result<> outcome) {
        if (outcome.has_error()) return done(std::move(outcome).error());
        done(std::move(*row));
      });
}

void SqlNetworkStore::remove_webhook(std::int64_t id, UniqueFunction<void(Result<>)> done) {
  store_.write(
      [id](Session& session) -> Result<> {
        MS_TRY(const auto changed,
               session.execute("DELETE FROM charging_webhooks WHERE id = $1", {id}));
        if (changed == 0) return NetworkErrc::webhook_unknown;
        return {};
      },
      std::move(done));
}

void SqlNetworkStore::webhooks(Done<std::vector<WebhookRow>> done) {
  list<WebhookRow>(store_, "SELECT * FROM charging_webhooks ORDER BY id LIMIT 1000", {}, webhook_in,
                   std::move(done));
}

void SqlNetworkStore::note_webhook(const WebhookRow& row, UniqueFunction<void(Result<>)> done) {
  store_.write(
      [row](Session& session) -> Result<> {
        MS_TRY_VOID(session.execute(
            "UPDATE charging_webhooks SET sent_to = $2, failures = $3, last_error = $4, "
            "tried_to = $5 WHERE id = $1",
            {row.id, row.sent_to, std::int64_t{row.failures}, without_nul(row.last_error),
             row.tried_to}));
        return {};
      },
      std::move(done));
}

}  // namespace mainstay::charging
