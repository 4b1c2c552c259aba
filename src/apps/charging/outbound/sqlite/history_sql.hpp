#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/charging/domain/network_rows.hpp"
#include "apps/charging/ports/network_store.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "platform/store/store.hpp"

namespace mainstay::charging {

struct HistoryRules {
  /// Events, security events, operations, reservations, unknown stops; 0: for ever.
  std::int64_t log_days = 0;
  std::int64_t readings_days = 0;  // meter values, uses of connectors; 0: for ever
  std::size_t rows_a_step = 500;   // looked at in one transaction
  /// Of the names that webhooks keep.
  std::optional<EventKind> (*parse_kind)(std::string_view name) = nullptr;
};

/// So many rows.
struct Forgotten {
  std::int64_t events = 0;
  std::int64_t security_events = 0;
  std::int64_t readings = 0;
  std::int64_t operations = 0;  // what became of each at its stations is not counted
  std::int64_t reservations = 0;
  std::int64_t unknown_stops = 0;
  std::int64_t uses = 0;

  bool operator==(const Forgotten&) const = default;
};

/// Deletes what is older than the rules say, in short transactions that share the writer with
/// everybody else's. What stays, however old it is:
/// - events that money or a webhook that is not dead has not worked off,
/// - meter values of transactions that have no charge detail record: open and superseded ones, and
///   those that wait to be settled,
/// - what connectors told of their use since such a transaction began there,
/// - operations that have not ended,
/// - reservations that have not ended, or that a record is still to be made of: their own, or the
///   one of the transaction that used them,
/// - unknown stops that nobody has decided on,
/// - the newest row of each table: numbers go on from it.
/// What was done stays done when `should_stop` says so or a step fails. Blocks: for jobs.
Result<Forgotten> forget_history(store::Store& store, const HistoryRules& rules, SystemTime now,
                                 const std::function<bool()>& should_stop);

/// Of a log that is read with a cursor: NetworkErrc::events_gone when rows behind `after` are kept
/// no longer. 0 begins with the oldest there is. `first`: the row found behind it; 0: none.
void check_log(store::Store& store, std::string_view table, std::int64_t after, std::int64_t first,
               UniqueFunction<void(Result<>)> done);

/// What was found behind `after`, if nothing is missing.
template <class T>
void give_log(store::Store& store, std::string_view table, std::int64_t after, std::vector<T> found,
              UniqueFunction<void(Result<std::vector<T>>)> done) {
  const std::int64_t first = found.empty() ? 0 : found.front().id;
  check_log(store, table, after, first,
            [found = std::move(found), done = std::move(done)](Result<> checked) mutable {
              if (checked.has_error()) return done(std::move(checked).error());
              done(std::move(found));
            });
}

}  // namespace mainstay::charging
