#include "apps/apim/outbound/sqlite/usage_history_rows.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "base/check.hpp"

namespace mainstay::apim {
namespace {

using store::Row;
using store::Session;
using store::text;

/// Holds the sum of any batch.
__extension__ using Wide = __int128;

std::int64_t number(Period period) { return static_cast<std::int64_t>(index(period)); }

std::int64_t limit(std::size_t count) {
  constexpr std::size_t most = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::min(count, most));
}

/// The one number that a statement gives; nothing when it gives no row, or NULL.
Result<std::optional<std::int64_t>> one_number(Session& session, std::string_view sql,
                                               std::span<const store::Value> params) {
  std::optional<std::int64_t> found;
  MS_TRY_VOID(session.each(sql, params, [&found](const Row& row) {
    if (const auto* value = std::get_if<std::int64_t>(&row.front())) found = *value;
  }));
  return found;
}

Result<std::optional<std::int64_t>> find_subject(Session& session, const Subject& subject,
                                                 std::string_view metric_id) {
  const std::array params{text(subject.service_id), text(metric_id), text(subject.application_id)};
  return one_number(session,
                    "SELECT id FROM apim_usage_subjects"
                    " WHERE service_id = $1 AND metric_id = $2 AND application_id = $3",
                    params);
}

/// One batch on its way into the tables. The rows of a subject come together: then its id is asked
/// for once.
class Batch {
 public:
  explicit Batch(Session& session) : session_(session) {}

  Result<> put(const UsageRow& row) {
    const Subject subject{row.service_id, row.application_id};
    MS_TRY(const std::int64_t difference, put(subject, row.metric_id, row.period, row.begin,
                                              [&row](std::int64_t) { return row.value; }));
    if (difference != 0) {
      totals_[{row.service_id, row.metric_id, row.period, row.begin}] += difference;
    }
    return {};
  }

  /// After the last row: what the applications' values changed by, their service's change by too.
  Result<> put_totals() {
    for (const auto& [key, difference] : totals_) {
      const auto& [service_id, metric_id, period, begin] = key;
      MS_TRY([[maybe_unused]] const std::int64_t done,
             put({service_id, {}}, metric_id, period, begin, [by = difference](std::int64_t old) {
               constexpr Wide most = std::numeric_limits<std::int64_t>::max();
               return static_cast<std::int64_t>(std::clamp<Wide>(by + old, 0, most));
             }));
    }
    return {};
  }

 private:
  using Total = std::tuple<std::string_view, std::string_view, Period, UnixSeconds>;

  /// `next(old)` is the new value; gives by how much it is more than the old one.
  template <class Next>
  Result<std::int64_t> put(const Subject& subject, std::string_view metric_id, Period period,
                           UnixSeconds begin, Next next) {
    MS_TRY(const std::int64_t id, id_of(subject, metric_id));
    std::array<store::Value, 4> params{id, number(period), begin, std::int64_t{0}};
    MS_TRY(const auto found, one_number(session_,
                                        "SELECT value FROM apim_usage WHERE subject_id = $1"
                                        " AND period = $2 AND begin_at = $3",
                                        std::span{params}.first(3)));
    const std::int64_t old = found.value_or(0);
    const std::int64_t value = next(old);
    if (value == old) return 0;
    params[3] = value;
    if (value == 0) {
      MS_TRY_VOID(session_.execute(
          "DELETE FROM apim_usage WHERE subject_id = $1 AND period = $2 AND begin_at = $3",
          std::span{params}.first(3)));
    } else if (found) {
      MS_TRY_VOID(
          session_.execute("UPDATE apim_usage SET value = $4"
                           " WHERE subject_id = $1 AND period = $2 AND begin_at = $3",
                           params));
    } else {
      MS_TRY_VOID(
          session_.execute("INSERT INTO apim_usage (subject_id, period, begin_at, value)"
                           " VALUES ($1, $2, $3, $4)",
                           params));
    }
    return value - old;
  }

  Result<std::int64_t> id_of(const Subject& subject, std::string_view metric_id) {
    if (id_ && subject.service_id == subject_.service_id &&
        subject.application_id == subject_.application_id && metric_id == metric_id_) {
      return *id_;
    }
    MS_TRY(id_, find_subject(session_, subject, metric_id));
    if (!id_) {
      MS_TRY(id_, add_subject(subject, metric_id));
    }
    subject_ = subject;
    metric_id_ = metric_id;
    return *id_;
  }

  Result<std::optional<std::int64_t>> add_subject(const Subject& subject,
                                                  std::string_view metric_id) {
    if (!next_id_) {
      MS_TRY(const auto newest,
             one_number(session_, "SELECT MAX(id) FROM apim_usage_subjects", {}));
      next_id_ = newest.value_or(0) + 1;
    }
    const std::array<store::Value, 4> params{*next_id_, text(subject.service_id), text(metric_id),
                                             text(subject.application_id)};
    MS_TRY_VOID(session_.execute(
        "INSERT INTO apim_usage_subjects (id, service_id, metric_id, application_id)"
        " VALUES ($1, $2, $3, $4)",
        params));
    return std::optional{(*next_id_)++};
  }

  Session& session_;
  std::map<Total, Wide> totals_;
  Subject subject_;  // whose id id_ is; views into the rows
  std::string_view metric_id_;
  std::optional<std::int64_t> id_;
  std::optional<std::int64_t> next_id_;
};

/// Removes at most `left` rows of a subject, then, when none is left, itself; counts `left` down.
Result<> erase_subject(Session& session, std::int64_t id, std::uint64_t& left) {
  MS_TRY(const std::uint64_t erased,
         session.execute("DELETE FROM apim_usage WHERE subject_id = $1 AND (period, begin_at) IN"
                         " (SELECT period, begin_at FROM apim_usage WHERE subject_id = $1"
                         "  LIMIT $2)",
                         {id, static_cast<std::int64_t>(left)}));
  left -= erased;
  if (left == 0) return {};
  --left;
  MS_TRY_VOID(session.execute("DELETE FROM apim_usage_subjects WHERE id = $1", {id}));
  return {};
}

Result<bool> erase_some(Session& session, std::string_view service_id, std::uint64_t left) {
  // The total first: it must not stand beside a part of what it is the total of.
  std::vector<std::int64_t> ids;
  const std::array params{text(service_id), store::Value{static_cast<std::int64_t>(left)}};
  MS_TRY_VOID(session.each(
      "SELECT id FROM apim_usage_subjects WHERE service_id = $1 AND application_id = ''"
      " LIMIT $2",
      params, [&ids](const Row& row) { ids.push_back(std::get<std::int64_t>(row[0])); }));
  if (ids.empty()) {
    MS_TRY_VOID(
        session.each("SELECT id FROM apim_usage_subjects WHERE service_id = $1 LIMIT $2", params,
                     [&ids](const Row& row) { ids.push_back(std::get<std::int64_t>(row[0])); }));
  }
  if (ids.empty()) return true;
  for (const std::int64_t id : ids) {
    if (left == 0) break;
    MS_TRY_VOID(erase_subject(session, id, left));
  }
  return false;
}

/// Removes at most `left` rows of one period; counts `left` down.
Result<> expire_some(Session& session, Period period, UnixSeconds oldest, std::uint64_t& left) {
  std::vector<std::array<store::Value, 3>> expired;
  const std::array<store::Value, 3> params{number(period), oldest, static_cast<std::int64_t>(left)};
  MS_TRY_VOID(
      session.each("SELECT subject_id, begin_at FROM apim_usage"
                   " WHERE period = $1 AND begin_at < $2 ORDER BY begin_at LIMIT $3",
                   params, [&](const Row& row) {
                     expired.push_back({row[0], number(period), row[1]});
                   }));
  for (const auto& row : expired) {
    MS_TRY_VOID(session.execute(
        "DELETE FROM apim_usage WHERE subject_id = $1 AND period = $2 AND begin_at = $3", row));
  }
  left -= expired.size();
  return {};
}

}  // namespace

Result<> SqlUsageHistory::write(std::span<const UsageRow> rows) {
  return store_.write_now([rows](Session& session) -> Result<> {
    Batch batch{session};
    for (const UsageRow& row : rows) MS_TRY_VOID(batch.put(row));
    return batch.put_totals();
  });
}

Result<std::vector<UsagePoint>> SqlUsageHistory::series(const Subject& subject,
                                                        std::string_view metric_id, Period period,
                                                        UnixSeconds from, UnixSeconds until,
                                                        std::size_t count_max) const {
  std::vector<UsagePoint> points;
  const Result<> done = store_.read([&](Session& session) -> Result<> {
    MS_TRY(const auto id, find_subject(session, subject, metric_id));
    if (!id) return {};
    const std::array<store::Value, 5> params{*id, number(period), from, until, limit(count_max)};
    return session.each(
        "SELECT begin_at, value FROM apim_usage WHERE subject_id = $1 AND period = $2"
        " AND begin_at >= $3 AND begin_at < $4 ORDER BY begin_at LIMIT $5",
        params, [&points](const Row& row) {
          points.push_back({std::get<std::int64_t>(row[0]), std::get<std::int64_t>(row[1])});
        });
  });
  if (done.has_error()) return done.error();
  return points;
}

Result<std::vector<ApplicationUsage>> SqlUsageHistory::top(std::string_view service_id,
                                                           std::string_view metric_id,
                                                           Period period, UnixSeconds from,
                                                           UnixSeconds until, std::size_t offset,
                                                           std::size_t count_max) const {
  std::vector<ApplicationUsage> most;
  const bool is_sum = from + 1 < until;
  const std::string capped = std::to_string(summed_max);
  const std::string value = is_sum ? "CAST(SUM(CASE WHEN u.value > " + capped + " THEN " + capped +
                                         " ELSE u.value END) AS BIGINT)"
                                   : "u.value";
  const std::array<store::Value, 7> params{
      text(service_id), text(metric_id), number(period), from, until,
      limit(count_max), limit(offset)};
  const Result<> done = store_.read([&](Session& session) {
    // CROSS JOIN: SQLite then goes through the subjects, not through the window of all services.
    return session.each(
        "SELECT s.application_id, " + value +
            " AS total FROM apim_usage_subjects s CROSS JOIN apim_usage u"
            " WHERE s.service_id = $1 AND s.metric_id = $2 AND s.application_id > ''"
            " AND u.subject_id = s.id AND u.period = $3 AND u.begin_at >= $4 AND u.begin_at < $5" +
            (is_sum ? " GROUP BY s.application_id" : "") +
            " ORDER BY total DESC, s.application_id LIMIT $6 OFFSET $7",
        params, [&most](const Row& row) {
          most.push_back({std::get<std::string>(row[0]), std::get<std::int64_t>(row[1])});
        });
  });
  if (done.has_error()) return done.error();
  return most;
}

Result<> SqlUsageHistory::each(std::string_view service_id,
                               const std::function<void(const UsageRow&)>& visit) const {
  bool ok = true;
  UsageRow read;
  read.service_id = service_id;
  const std::array params{text(service_id)};
  MS_TRY_VOID(store_.read([&](Session& session) {
    return session.each(
        "SELECT s.metric_id, s.application_id, u.period, u.begin_at, u.value"
        " FROM apim_usage_subjects s CROSS JOIN apim_usage u"
        " WHERE s.service_id = $1 AND s.application_id > '' AND u.subject_id = s.id"
        " ORDER BY s.metric_id, s.application_id, u.period, u.begin_at",
        params, [&](const Row& row) {
          const auto period = std::get<std::int64_t>(row[2]);
          ok = ok && period > 0 && period < static_cast<std::int64_t>(period_count);
          if (!ok) return;
          read.metric_id = std::get<std::string>(row[0]);
          read.application_id = std::get<std::string>(row[1]);
          read.period = static_cast<Period>(period);
          read.begin = std::get<std::int64_t>(row[3]);
          read.value = std::get<std::int64_t>(row[4]);
          visit(read);
        });
  }));
  if (!ok) return Error{store::Errc::corrupt, "apim_usage: a period that there is not"};
  return {};
}

Result<bool> SqlUsageHistory::erase_some(std::string_view service_id, std::size_t rows_max) {
  MS_CHECK(rows_max > 0);
  bool none_left = false;
  const Result<> done = store_.write_now([&](Session& session) -> Result<> {
    MS_TRY(none_left, apim::erase_some(session, service_id, rows_max));
    return {};
  });
  if (done.has_error()) return done.error();
  return none_left;
}

Result<bool> SqlUsageHistory::expire_some(UnixSeconds now, std::size_t rows_max) {
  MS_CHECK(rows_max > 0);
  std::uint64_t left = rows_max;
  const Result<> done = store_.write_now([&](Session& session) -> Result<> {
    for (const Period period : {Period::hour, Period::day}) {
      if (left > 0) {
        MS_TRY_VOID(apim::expire_some(session, period, oldest_in_history(period, now), left));
      }
    }
    return {};
  });
  if (done.has_error()) return done.error();
  return left > 0;
}

}  // namespace mainstay::apim
