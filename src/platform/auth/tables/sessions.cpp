#include "platform/auth/tables/sessions.hpp"

#include "platform/auth/errc.hpp"
#include "platform/auth/limits.hpp"
#include "platform/auth/tables/rows.hpp"

namespace mainstay::auth {
namespace {

using store::Row;
using store::Session;
using store::text;

}  // namespace

Result<> insert_session(Session& session, const SessionRow& row) {
  MS_TRY([[maybe_unused]] const auto added,
         session.execute("INSERT INTO auth_sessions (hash, id, user_id, opened_at, used_at, "
                         "remembered, client, agent) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                         {text(row.hash), text(row.id), text(row.user_id), value(row.times.opened),
                          value(row.times.used), value(row.times.remembered), text(row.client),
                          text(row.agent)}));
  MS_TRY([[maybe_unused]] const auto removed,
         session.execute(
             "DELETE FROM auth_sessions WHERE user_id = $1 AND hash <> $2 AND hash NOT "
             "IN (SELECT hash FROM auth_sessions WHERE user_id = $1 ORDER BY used_at "
             "DESC, hash LIMIT $3)",
             {text(row.user_id), text(row.hash), static_cast<std::int64_t>(Limits::sessions_max)}));
  return {};
}

Result<std::vector<SessionRow>> sessions_of(Session& session, std::string_view user_id) {
  MS_TRY(const auto rows,
         session.query("SELECT hash, id, opened_at, used_at, remembered, client, agent "
                       "FROM auth_sessions WHERE user_id = $1 ORDER BY used_at DESC, id",
                       {text(user_id)}));
  std::vector<SessionRow> sessions;
  for (const Row& row : rows) {
    sessions.push_back({text_at(row, 0),
                        text_at(row, 1),
                        std::string{user_id},
                        {time_at(row, 2), time_at(row, 3), flag_at(row, 4)},
                        text_at(row, 5),
                        text_at(row, 6)});
  }
  return sessions;
}

Result<> remove_session(Session& session, std::string_view hash) {
  MS_TRY([[maybe_unused]] const auto removed,
         session.execute("DELETE FROM auth_sessions WHERE hash = $1", {text(hash)}));
  return {};
}

Result<bool> remove_session_by_id(Session& session, std::string_view user_id, std::string_view id) {
  MS_TRY(const auto removed,
         session.execute("DELETE FROM auth_sessions WHERE user_id = $1 AND id = $2",
                         {text(user_id), text(id)}));
  return removed > 0;
}

Result<> remove_sessions(Session& session, std::string_view user_id, std::string_view except) {
  MS_TRY([[maybe_unused]] const auto removed,
         session.execute("DELETE FROM auth_sessions WHERE user_id = $1 AND hash <> $2",
                         {text(user_id), text(except)}));
  return {};
}

Result<std::uint64_t> sweep_sessions(Session& session, SystemTime before) {
  return session.execute("DELETE FROM auth_sessions WHERE used_at < $1", {value(before)});
}

Result<> insert_token(Session& session, const TokenRow& row) {
  MS_TRY(const auto own, tokens_of(session, row.user_id));
  if (own.size() >= Limits::tokens_max) return Errc::tokens_full;
  MS_TRY([[maybe_unused]] const auto added,
         session.execute(
             "INSERT INTO auth_tokens (hash, id, user_id, label, scopes, created_at, "
             "expires_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
             {text(row.hash), text(row.id), text(row.user_id), text(row.label), text(row.scopes),
              value(row.created_at), value(row.expires_at), value(row.used_at)}));
  return {};
}

Result<std::vector<TokenRow>> tokens_of(Session& session, std::string_view user_id) {
  MS_TRY(const auto rows,
         session.query("SELECT hash, id, label, scopes, created_at, expires_at, used_at "
                       "FROM auth_tokens WHERE user_id = $1 ORDER BY created_at DESC, id",
                       {text(user_id)}));
  std::vector<TokenRow> tokens;
  for (const Row& row : rows) {
    tokens.push_back({text_at(row, 0), text_at(row, 1), std::string{user_id}, text_at(row, 2),
                      text_at(row, 3), time_at(row, 4), optional_time_at(row, 5),
                      optional_time_at(row, 6)});
  }
  return tokens;
}

Result<bool> remove_token(Session& session, std::string_view user_id, std::string_view id) {
  MS_TRY(const auto removed,
         session.execute("DELETE FROM auth_tokens WHERE user_id = $1 AND id = $2",
                         {text(user_id), text(id)}));
  return removed > 0;
}

}  // namespace mainstay::auth
