#include "platform/auth/cases/credentials.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "platform/auth/domain/account_name.hpp"
#include "platform/auth/errc.hpp"
#include "platform/auth/limits.hpp"
#include "platform/auth/utc_text.hpp"

namespace mainstay::auth {
namespace {

constexpr std::uint64_t days_max = 3'660;
using Days = std::chrono::days;

json::Value moment(std::optional<SystemTime> at) {
  return at ? json::Value{utc_text(*at)} : json::Value{};
}

/// Those that the account has; Errc::role_missing names the first that it does not.
Result<std::string> wanted_scopes(const Call& call) {
  const std::string_view given = trimmed(call.field("roles"));
  if (given == "*") return std::string{given};
  std::string scopes;
  for (const std::string_view word : split(given, ' ')) {
    if (word.empty()) continue;
    MS_TRY(const std::string role, parse_role(word));
    if (!call.caller->has_role(role)) return Error{Errc::role_missing, "the role " + role};
    scopes.append(scopes.empty() ? "" : " ").append(role);
  }
  return scopes;
}

Result<std::optional<SystemTime>> wanted_expiry(const Call& call) {
  if (call.field("days").empty()) return std::optional<SystemTime>{};
  const auto days = parse_u64(call.field("days"));
  if (!days || *days == 0 || *days > days_max) {
    return Error{Errc::input_invalid, "days: a number from 1 to 3660, or nothing"};
  }
  return std::optional{call.now + Days{*days}};
}

}  // namespace

Result<Outcome> list_sessions(Desk& desk, Call& call) {
  MS_TRY(const auto sessions, read<std::vector<SessionRow>>(desk, [&](store::Session& session) {
           return sessions_of(session, call.caller->user_id);
         }));
  json::Array list;
  for (const SessionRow& row : sessions) {
    if (is_over(desk.options.sessions, row.times, call.now)) continue;
    list.emplace_back(json::Object{{"id", row.id},
                                   {"opened_at", utc_text(row.times.opened)},
                                   {"used_at", utc_text(row.times.used)},
                                   {"address", row.client},
                                   {"agent", row.agent},
                                   {"remembered", row.times.remembered},
                                   {"current", row.id == call.caller->credential_id}});
  }
  Outcome outcome;
  outcome.json = {{"sessions", std::move(list)}};
  return outcome;
}

Result<Outcome> end_session(Desk& desk, Call& call) {
  const std::string& user_id = call.caller->user_id;
  MS_TRY_VOID(desk.store.write_now([&](store::Session& session) -> Result<> {
    MS_TRY(const bool was_there, remove_session_by_id(session, user_id, call.field("id")));
    return was_there ? Result<>{} : Errc::not_found;
  }));
  desk.guard.forget_user(user_id);
  return back_to_account("session_ended");
}

Result<Outcome> end_other_sessions(Desk& desk, Call& call) {
  const std::string& user_id = call.caller->user_id;
  MS_TRY_VOID(desk.store.write_now([&](store::Session& session) {
    return remove_sessions(session, user_id, call.caller->hash);
  }));
  desk.guard.forget_user(user_id);
  return back_to_account("sessions_ended");
}

Result<Outcome> list_tokens(Desk& desk, Call& call) {
  MS_TRY(const auto tokens, read<std::vector<TokenRow>>(desk, [&](store::Session& session) {
           return tokens_of(session, call.caller->user_id);
         }));
  json::Array list;
  for (const TokenRow& row : tokens) {
    list.emplace_back(json::Object{{"id", row.id},
                                   {"label", row.label},
                                   {"roles", row.scopes},
                                   {"created_at", utc_text(row.created_at)},
                                   {"expires_at", moment(row.expires_at)},
                                   {"used_at", moment(row.used_at)}});
  }
  Outcome outcome;
  outcome.json = {{"tokens", std::move(list)}};
  return outcome;
}

Result<Outcome> make_token(Desk& desk, Call& call) {
  const std::string_view label = trimmed(call.field("label"));
  if (label.empty() || label.size() > Limits::label_max) {
    return Error{Errc::input_invalid, "label: 1 to 100 bytes that say what the token is for"};
  }
  const std::string token = new_api_token();
  TokenRow row;
  row.hash = desk.keys.hash("token", token);
  row.id = new_id();
  row.user_id = call.caller->user_id;
  row.label = label;
  MS_TRY(row.scopes, wanted_scopes(call));
  row.created_at = call.now;
  MS_TRY(row.expires_at, wanted_expiry(call));
  MS_TRY_VOID(
      desk.store.write_now([&](store::Session& session) { return insert_token(session, row); }));
  Outcome outcome;
  outcome.status = 201;
  outcome.json = {{"id", row.id}, {"token", token}, {"expires_at", moment(row.expires_at)}};
  if (!call.is_json) outcome.page = page(desk, call, "token", {{"label", label}, {"token", token}});
  return outcome;
}

Result<Outcome> end_token(Desk& desk, Call& call) {
  const std::string& user_id = call.caller->user_id;
  MS_TRY_VOID(desk.store.write_now([&](store::Session& session) -> Result<> {
    MS_TRY(const bool was_there, remove_token(session, user_id, call.field("id")));
    return was_there ? Result<>{} : Errc::not_found;
  }));
  desk.guard.forget_user(user_id);
  return back_to_account("token_ended");
}

}  // namespace mainstay::auth
