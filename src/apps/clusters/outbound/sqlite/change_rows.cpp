#include "apps/clusters/outbound/sqlite/change_rows.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "apps/clusters/errc.hpp"
#include "apps/clusters/outbound/sqlite/audit_rows.hpp"
#include "platform/json/json.hpp"
#include "platform/store/columns.hpp"

namespace mainstay::clusters {
namespace {

using store::Columns;
using store::Row;
using store::Session;
using store::Value;

constexpr std::string_view change_columns =
    "position, id, kind, verb, name, name_space, state, requested_by, idempotency_key, created_at, "
    "updated_at, change_text, files, progress";

std::string change_text_of(const Change& change) {
  json::Array verdicts;
  for (const std::string& one : change.facts.verdicts) verdicts.emplace_back(one);
  return json::dump(json::Object{{"title", change.title},
                                 {"body", change.body},
                                 {"skip_pull_request", change.skip_pull_request},
                                 {"asked", change.asked},
                                 {"diff", change.facts.diff},
                                 {"dry_run", change.facts.dry_run},
                                 {"monthly_cost", change.facts.monthly_cost},
                                 {"verdicts", std::move(verdicts)}});
}

std::string change_files_of(const Change& change) {
  json::Array files;
  for (const FileChange& file : change.files) {
    json::Object one{{"path", file.path}};
    if (file.content) one.push_back({"content", *file.content});
    files.emplace_back(std::move(one));
  }
  return json::dump(std::move(files));
}

std::string change_progress_of(const ChangeRequest& request) {
  json::Array timeline;
  for (const ChangeStep& step : request.timeline) {
    timeline.emplace_back(json::Array{name_of(step.state),
                                      std::int64_t{step.at.time_since_epoch().count()}, step.note});
  }
  return json::dump(json::Object{
      {"branch", request.branch},
      {"commit", request.commit},
      {"pull_request", request.pull_request.number},
      {"url", request.pull_request.url},
      {"merge_commit", request.merge_commit},
      {"timeline", std::move(timeline)},
      {"last_error", request.last_error},
      {"attempts", static_cast<std::int64_t>(request.attempts)},
      {"next_attempt_at", std::int64_t{request.next_attempt_at.time_since_epoch().count()}}});
}

/// Members of what we wrote ourselves; what is missing is empty.
class StoredJson {
 public:
  static Result<StoredJson> parse(const std::string& text) {
    auto value = json::parse(text, {.bytes_max = 64U << 20U});
    if (value.has_error()) {
      return Error{Errc::store_failed,
                   "a stored change cannot be read: " + value.error().message()};
    }
    return StoredJson{std::move(*value)};
  }
  [[nodiscard]] std::string text(std::string_view name) const {
    const std::string* const found = value_.find_string(name);
    return found == nullptr ? std::string{} : *found;
  }
  [[nodiscard]] std::int64_t number(std::string_view name) const {
    const json::Value* const found = value_.find(name);
    const std::int64_t* const number = found == nullptr ? nullptr : found->if_int();
    return number == nullptr ? 0 : *number;
  }
  [[nodiscard]] bool flag(std::string_view name) const {
    const json::Value* const found = value_.find(name);
    return found != nullptr && found->if_bool() != nullptr && *found->if_bool();
  }
  [[nodiscard]] const json::Array& array(std::string_view name) const {
    static const json::Array none;
    const json::Value* const found = value_.find(name);
    return found == nullptr || found->if_array() == nullptr ? none : *found->if_array();
  }
  [[nodiscard]] const json::Value& value() const { return value_; }

 private:
  explicit StoredJson(json::Value value) : value_(std::move(value)) {}
  json::Value value_;
};

void read_change_text(const StoredJson& in, Change& change) {
  change.title = in.text("title");
  change.body = in.text("body");
  change.skip_pull_request = in.flag("skip_pull_request");
  change.asked = in.text("asked");
  change.facts.diff = in.text("diff");
  change.facts.dry_run = in.text("dry_run");
  change.facts.monthly_cost = in.text("monthly_cost");
  for (const json::Value& one : in.array("verdicts")) {
    if (one.if_string() != nullptr) change.facts.verdicts.push_back(*one.if_string());
  }
}

void read_change_files(const StoredJson& in, Change& change) {
  const json::Array* const files = in.value().if_array();
  for (std::size_t n = 0; files != nullptr && n < files->size(); ++n) {
    const std::string* const path = (*files)[n].find_string("path");
    const std::string* const content = (*files)[n].find_string("content");
    if (path == nullptr) continue;
    change.files.push_back({*path, content == nullptr ? std::nullopt : std::optional{*content}});
  }
}

void read_change_progress(const StoredJson& in, ChangeRequest& request) {
  request.branch = in.text("branch");
  request.commit = in.text("commit");
  request.pull_request = {in.number("pull_request"), in.text("url")};
  request.merge_commit = in.text("merge_commit");
  for (const json::Value& one : in.array("timeline")) {
    const json::Array* const step = one.if_array();
    if (step == nullptr || step->size() != 3 || (*step)[0].if_string() == nullptr ||
        (*step)[1].if_int() == nullptr || (*step)[2].if_string() == nullptr) {
      continue;
    }
    request.timeline.push_back(
        {change_state(*(*step)[0].if_string()).value_or(ChangeState::requested),
         SystemTime{Micros{*(*step)[1].if_int()}}, *(*step)[2].if_string()});
  }
  request.last_error = in.text("last_error");
  request.attempts = static_cast<std::uint32_t>(in.number("attempts"));
  request.next_attempt_at = SystemTime{Micros{in.number("next_attempt_at")}};
}

Result<Proposals::Listed> change_in(const Row& row) {
  Columns in{row};
  Proposals::Listed out;
  out.position = in.number();
  ChangeRequest& request = out.request;
  request.id = ChangeId{in.text()};
  const auto kind = change_kind(in.text());
  const auto verb = change_verb(in.text());
  request.change.name = in.text();
  request.change.name_space = in.text();
  const auto state = change_state(in.text());
  if (!kind || !verb || !state) return Error{Errc::store_failed, "a stored change is unknown"};
  request.change.kind = *kind;
  request.change.verb = *verb;
  request.state = *state;
  request.change.requested_by = in.text();
  request.change.idempotency_key = in.text();
  request.created_at = in.time();
  request.updated_at = in.time();
  MS_TRY(const StoredJson text, StoredJson::parse(in.text()));
  read_change_text(text, request.change);
  MS_TRY(const StoredJson files, StoredJson::parse(in.text()));
  read_change_files(files, request.change);
  MS_TRY(const StoredJson progress, StoredJson::parse(in.text()));
  read_change_progress(progress, request);
  return out;
}

Error change_store_error(const Error& error) {
  if (error.is(store::Errc::busy)) return Error{Errc::busy, error.message()};
  const bool is_ours = error.name() == error_row(Errc::idempotency_key_reused).name ||
                       error.name() == error_row(Errc::change_not_found).name;
  return is_ours ? error : Error{Errc::store_failed, error.message()};
}

/// The request that its key stands for; nothing when there is none.
Result<std::optional<ChangeRequest>> same_key(Session& session, const Change& change) {
  if (change.idempotency_key.empty()) return std::optional<ChangeRequest>{};
  MS_TRY(
      const auto rows,
      session.query("SELECT " + std::string{change_columns} +
                        " FROM clusters_changes WHERE requested_by = $1 AND idempotency_key = $2",
                    {change.requested_by, change.idempotency_key}));
  if (rows.empty()) return std::optional<ChangeRequest>{};
  MS_TRY(Proposals::Listed found, change_in(rows.front()));
  const Change& there = found.request.change;
  const bool is_same = there.kind == change.kind && there.verb == change.verb &&
                       there.name == change.name && there.name_space == change.name_space &&
                       there.skip_pull_request == change.skip_pull_request &&
                       there.asked == change.asked &&
                       (!change.asked.empty() || there.files == change.files);
  if (!is_same) return Error{Errc::idempotency_key_reused, "request " + found.request.id.get()};
  return std::optional{std::move(found.request)};
}

Result<> insert_change(Session& session, const ChangeRequest& request, Digest sha256) {
  const Change& change = request.change;
  MS_TRY(const auto last, session.query("SELECT COALESCE(MAX(position), 0) FROM clusters_changes"));
  const Value key = change.idempotency_key.empty() ? Value{} : Value{change.idempotency_key};
  MS_TRY_VOID(session.execute(
      "INSERT INTO clusters_changes (position, id, kind, verb, name, name_space, state, "
      "requested_by, idempotency_key, created_at, updated_at, change_text, files, progress, "
      "is_open, content_hash) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1, $15)",
      {std::get<std::int64_t>(last.front().front()) + 1, request.id.get(),
       store::text(name_of(change.kind)), store::text(name_of(change.verb)), change.name,
       change.name_space, store::text(name_of(request.state)), change.requested_by, key,
       store::value_of(request.created_at), store::value_of(request.updated_at),
       change_text_of(change), change_files_of(change), change_progress_of(request),
       content_hash(change, sha256)}));
  return {};
}

Result<std::vector<Proposals::Listed>> changes_in(Result<std::vector<Row>> rows) {
  if (rows.has_error()) return change_store_error(rows.error());
  std::vector<Proposals::Listed> out;
  for (const Row& row : *rows) {
    MS_TRY(Proposals::Listed one, change_in(row));
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

void SqlChangeStore::add(ChangeRequest request, AuditEntry entry, Done<Added> done) {
  auto added = std::make_shared<Added>(Added{std::move(request)});
  store_.write(
      [added, entry = std::move(entry), sha256 = sha256_](Session& session) mutable -> Result<> {
        MS_TRY(auto there, same_key(session, added->request.change));
        if (there) {
          *added = {std::move(*there), false};
          return {};
        }
        MS_TRY_VOID(insert_change(session, added->request, sha256));
        return append_audit(session, entry, added->request.created_at, sha256);
      },
      [added, done = std::move(done)](Result<> written) mutable {
        if (written.has_error()) return done(change_store_error(written.error()));
        done(std::move(*added));
      });
}

Result<> SqlChangeStore::save(const ChangeRequest& request, bool is_open, const AuditEntry* entry) {
  auto written = store_.write_now([&](Session& session) -> Result<> {
    MS_TRY(const auto count,
           session.execute("UPDATE clusters_changes SET state = $1, is_open = $2, updated_at = $3, "
                           "progress = $4 WHERE id = $5",
                           {store::text(name_of(request.state)), std::int64_t{is_open ? 1 : 0},
                            store::value_of(request.updated_at), change_progress_of(request),
                            request.id.get()}));
    if (count != 1) return Errc::change_not_found;
    if (entry == nullptr) return {};
    return append_audit(session, *entry, request.updated_at, sha256_);
  });
  if (written.has_error()) return change_store_error(written.error());
  return {};
}

Result<std::vector<ChangeRequest>> SqlChangeStore::load_open() {
  std::vector<ChangeRequest> out;
  auto read = store_.read([&out](Session& session) -> Result<> {
    MS_TRY(auto rows, session.query("SELECT " + std::string{change_columns} +
                                    " FROM clusters_changes WHERE is_open = 1 ORDER BY position"));
    MS_TRY(auto listed, changes_in(std::move(rows)));
    for (Proposals::Listed& one : listed) out.push_back(std::move(one.request));
    return {};
  });
  if (read.has_error()) return change_store_error(read.error());
  return out;
}

void SqlChangeStore::find(ChangeId id, Done<ChangeRequest> done) {
  store_.select("SELECT " + std::string{change_columns} + " FROM clusters_changes WHERE id = $1",
                {id.get()}, [done = std::move(done)](Result<std::vector<Row>> rows) mutable {
                  auto found = changes_in(std::move(rows));
                  if (found.has_error()) return done(found.error());
                  if (found->empty()) return done(Errc::change_not_found);
                  done(std::move(found->front().request));
                });
}

void SqlChangeStore::find_by_key(std::string requested_by, std::string idempotency_key,
                                 Done<std::optional<ChangeRequest>> done) {
  store_.select("SELECT " + std::string{change_columns} +
                    " FROM clusters_changes WHERE requested_by = $1 AND idempotency_key = $2",
                {std::move(requested_by), std::move(idempotency_key)},
                [done = std::move(done)](Result<std::vector<Row>> rows) mutable {
                  auto found = changes_in(std::move(rows));
                  if (found.has_error()) return done(found.error());
                  if (found->empty()) return done(std::optional<ChangeRequest>{});
                  done(std::optional{std::move(found->front().request)});
                });
}

void SqlChangeStore::list(Proposals::Query query, Done<std::vector<Proposals::Listed>> done) {
  std::string sql =
      "SELECT position, id, kind, verb, name, name_space, state, requested_by, idempotency_key, "
      "created_at, updated_at, change_text, '[]', progress FROM clusters_changes WHERE position < "
      "$1";
  std::vector<Value> values{query.before > 0 ? query.before
                                             : std::numeric_limits<std::int64_t>::max()};
  const auto where = [&](std::string_view column, std::string_view value) {
    values.push_back(store::text(value));
    sql.append(" AND ").append(column).append(" = $").append(std::to_string(values.size()));
  };
  if (query.kind) where("kind", name_of(*query.kind));
  if (query.state) where("state", name_of(*query.state));
  if (!query.name.empty()) where("name", query.name);
  if (!query.requested_by.empty()) where("requested_by", query.requested_by);
  if (query.only_open) sql += " AND is_open = 1";
  values.emplace_back(static_cast<std::int64_t>(std::clamp<std::size_t>(query.limit, 1, 500)));
  sql += " ORDER BY position DESC LIMIT $" + std::to_string(values.size());
  store_.select(std::move(sql), std::move(values),
                [done = std::move(done)](Result<std::vector<Row>> rows) mutable {
                  auto found = changes_in(std::move(rows));
                  if (found.has_value()) {
                    for (Proposals::Listed& one : *found) one.request.change.facts.diff.clear();
                  }
                  done(std::move(found));
                });
}

}  // namespace mainstay::clusters
