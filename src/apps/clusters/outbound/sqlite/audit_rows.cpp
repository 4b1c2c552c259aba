#include "apps/clusters/outbound/sqlite/audit_rows.hpp"

#include <algorithm>
#include <utility>

#include "apps/clusters/errc.hpp"
#include "platform/json/json.hpp"
#include "platform/store/columns.hpp"

namespace mainstay::clusters {
namespace {

std::string audit_entry_text(const AuditEntry& entry) {
  json::Array more;
  for (const auto& [name, value] : entry.more) more.emplace_back(json::Array{name, value});
  return json::dump(json::Object{{"actor", entry.actor},
                                 {"action", entry.action},
                                 {"outcome", entry.outcome},
                                 {"kind", entry.kind},
                                 {"name", entry.name},
                                 {"namespace", entry.name_space},
                                 {"request", entry.request},
                                 {"more", std::move(more)}});
}

Result<AuditEntry> parse_audit_entry(std::string_view text) {
  MS_TRY(const json::Value stored, json::parse(text));
  const auto of = [&stored](std::string_view name) {
    const std::string* const found = stored.find_string(name);
    return found == nullptr ? std::string{} : *found;
  };
  AuditEntry out{.actor = of("actor"),
                 .action = of("action"),
                 .outcome = of("outcome"),
                 .kind = of("kind"),
                 .name = of("name"),
                 .name_space = of("namespace"),
                 .request = of("request")};
  const json::Value* const more = stored.find("more");
  const json::Array* const all = more == nullptr ? nullptr : more->if_array();
  for (std::size_t n = 0; all != nullptr && n < all->size(); ++n) {
    const json::Array* const pair = (*all)[n].if_array();
    if (pair == nullptr || pair->size() != 2 || (*pair)[0].if_string() == nullptr ||
        (*pair)[1].if_string() == nullptr) {
      return Error{Errc::store_failed, "an audit record cannot be read"};
    }
    out.more.emplace_back(*(*pair)[0].if_string(), *(*pair)[1].if_string());
  }
  return out;
}

Result<std::vector<AuditRecord>> audit_records(Result<std::vector<store::Row>> rows) {
  if (rows.has_error()) return Error{Errc::store_failed, rows.error().message()};
  std::vector<AuditRecord> out;
  for (const store::Row& row : *rows) {
    store::Columns in{row};
    AuditRecord record;
    record.sequence = in.number();
    record.at = in.time();
    MS_TRY(record.entry, parse_audit_entry(in.text()));
    record.previous = in.text();
    record.hash = in.text();
    out.push_back(std::move(record));
  }
  return out;
}

}  // namespace

Result<> append_audit(store::Session& session, AuditEntry entry, SystemTime at, Digest sha256) {
  MS_TRY(const auto newest,
         session.query("SELECT sequence, hash FROM clusters_audit ORDER BY sequence DESC LIMIT 1"));
  std::int64_t sequence = 0;
  std::string hash = audit_root();
  if (!newest.empty()) {
    store::Columns in{newest.front()};
    sequence = in.number();
    hash = in.text();
  }
  const AuditRecord next = chained(std::move(entry), at, sequence, hash, sha256);
  MS_TRY_VOID(
      session.execute("INSERT INTO clusters_audit (sequence, at, entry, previous, hash) "
                      "VALUES ($1, $2, $3, $4, $5)",
                      {next.sequence, store::value_of(next.at), audit_entry_text(next.entry),
                       next.previous, next.hash}));
  return {};
}

void SqlAuditLog::append(AuditEntry entry, Proposals::Done<void> done) {
  store_.write([entry = std::move(entry), at = clock_.wall(), sha256 = sha256_](
                   store::Session& session) { return append_audit(session, entry, at, sha256); },
               [done = std::move(done)](Result<> written) mutable {
                 if (written.has_error())
                   return done(Error{Errc::store_failed, written.error().message()});
                 done({});
               });
}

void SqlAuditLog::read(std::int64_t after, std::size_t limit,
                       Proposals::Done<std::vector<AuditRecord>> done) {
  const auto bounded = static_cast<std::int64_t>(std::min(limit, store::Store::select_rows_max));
  store_.select(
      "SELECT sequence, at, entry, previous, hash FROM clusters_audit WHERE sequence > $1 "
      "ORDER BY sequence LIMIT $2",
      {after, bounded}, [done = std::move(done)](Result<std::vector<store::Row>> rows) mutable {
        done(audit_records(std::move(rows)));
      });
}

}  // namespace mainstay::clusters
