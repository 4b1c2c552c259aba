#include "platform/auth/cases/sign_in.hpp"

#include "base/text.hpp"
#include "platform/auth/errc.hpp"
#include "platform/auth/limits.hpp"
#include "platform/tls/hmac.hpp"

namespace mainstay::auth {
namespace {

constexpr std::size_t login_max = 254;
constexpr std::string_view is_remembered = "remembered";

Outcome signed_in(Desk& desk, const Call& call, const User& user, Outcome::Cookie cookie) {
  Outcome outcome = go_to(local_path(call.field("next"), "/auth/account"),
                          {{"status", "signed_in"},
                           {"user", json::Object{{"id", user.id}, {"name", user.name}}},
                           {"csrf_token", csrf_token(desk.keys, cookie.token)}});
  outcome.cookie = std::move(cookie);
  return outcome;
}

/// People are asked for the code on a page of its own, which holds a ticket: the password was
/// right, a moment ago.
Result<Outcome> ask_for_code(Desk& desk, Call& call, const User& user) {
  NewLink ticket = new_link(desk, Purpose::code, "", call.now + Limits::ticket_age);
  ticket.waiting.user_id = user.id;
  ticket.waiting.name = call.flag("remember") ? is_remembered : "";
  MS_TRY_VOID(desk.store.write_now(
      [&](store::Session& session) { return insert_link(session, ticket.waiting); }));
  const std::string text =
      desk.keys.sign({Purpose::code, ticket.waiting.id, ticket.waiting.expires_at});
  Outcome outcome;
  outcome.page =
      page(desk, call, "code", {{"ticket", text}, {"next", local_path(call.field("next"), "")}});
  return outcome;
}

/// Errc::code_refused, counted against the account: six digits can be guessed.
Result<> count_code(Desk& desk, Call& call, const User& user) {
  return count_account(desk, call, "code " + user.id);
}

Result<> check_code(Desk& desk, Call& call, const User& user, store::Session& session) {
  MS_TRY(const bool right, use_code(desk, session, user, call.field("code"), call.now));
  if (!right) return Errc::code_refused;
  return {};
}

/// Behind the right password: the hash is brought up to date, the code checked, the session opened.
Result<Outcome> finish(Desk& desk, Call& call, const User& user) {
  const bool asks_code = !user.totp_secret.empty();
  if (asks_code && call.field("code").empty()) {
    if (call.is_json) return Error{Errc::code_required, "send it as code, beside the password"};
    return ask_for_code(desk, call, user);
  }
  if (asks_code) MS_TRY_VOID(count_code(desk, call, user));
  const bool outdated = desk.hasher.is_outdated(user.password_hash);
  const std::string hash = outdated ? desk.hasher.hash(call.field("password")) : std::string{};
  Outcome::Cookie cookie;
  const Result<> written = desk.store.write_now([&](store::Session& session) -> Result<> {
    if (asks_code) MS_TRY_VOID(check_code(desk, call, user, session));
    if (outdated) MS_TRY_VOID(set_password(session, user.id, hash));
    MS_TRY(cookie, open_session(desk, session, call, user, call.flag("remember")));
    return {};
  });
  if (written.has_error()) return written.error();
  if (asks_code) desk.account_tries.forget("code " + user.id);
  return signed_in(desk, call, user, std::move(cookie));
}

}  // namespace

Result<bool> use_code(Desk& desk, store::Session& session, const User& user, std::string_view code,
                      SystemTime now) {
  const std::string secret = desk.keys.unseal(user.totp_secret);
  if (secret.empty()) return false;
  const auto step = match_code(code, now, user.totp_step, [&secret](std::string_view message) {
    return tls::hmac_sha1(secret, message);
  });
  if (step) return use_step(session, user.id, *step);
  const std::string plain = lower_case(trimmed(code));
  return use_recovery_code(session, user.id, desk.keys.hash("recovery " + user.id, plain));
}

Result<Outcome> login(Desk& desk, Call& call) {
  const std::string login = lower_case(trimmed(call.field("login")));
  const std::string_view password = call.field("password");
  if (login.empty() || login.size() > login_max || password.empty() ||
      password.size() > Limits::password_max) {
    return Error{Errc::input_invalid, "login (a name or an address) and password"};
  }
  MS_TRY_VOID(count_client(desk, call));
  MS_TRY_VOID(count_account(desk, call, login));
  MS_TRY(const auto user, read<std::optional<User>>(desk, [&](store::Session& session) {
           return find_user_by_login(session, login);
         }));
  const bool right = desk.hasher.verify(user ? user->password_hash : std::string{}, password);
  if (!right || user->disabled) return Errc::login_refused;
  desk.account_tries.forget(login);
  desk.client_tries.give_back(call.client);
  return finish(desk, call, *user);
}

Result<Outcome> login_code(Desk& desk, Call& call) {
  MS_TRY_VOID(count_client(desk, call));
  MS_TRY(const auto link, desk.keys.verify(call.field("ticket"), call.now));
  if (link.purpose != Purpose::code) return Errc::link_invalid;
  MS_TRY(const auto ticket, read<std::optional<Waiting>>(desk, [&](store::Session& session) {
           return find_link(session, link);
         }));
  if (!ticket) return Errc::link_used;
  MS_TRY(const auto user, read<std::optional<User>>(desk, [&](store::Session& session) {
           return find_user(session, ticket->user_id);
         }));
  if (!user || user->disabled) return Errc::link_used;
  MS_TRY_VOID(count_code(desk, call, *user));
  Outcome::Cookie cookie;
  const Result<> written = desk.store.write_now([&](store::Session& session) -> Result<> {
    MS_TRY_VOID(check_code(desk, call, *user, session));
    MS_TRY(const bool was_there, use_link(session, ticket->id));
    if (!was_there) return Errc::link_used;
    MS_TRY(cookie, open_session(desk, session, call, *user, ticket->name == is_remembered));
    return {};
  });
  if (written.has_error()) return written.error();
  desk.account_tries.forget("code " + user->id);
  desk.client_tries.give_back(call.client);
  return signed_in(desk, call, *user, std::move(cookie));
}

Result<Outcome> logout(Desk& desk, Call& call) {
  if (!call.session_token.empty()) {
    const std::string hash = desk.keys.hash("session", call.session_token);
    MS_TRY_VOID(desk.store.write_now(
        [&](store::Session& session) { return remove_session(session, hash); }));
    desk.guard.forget(hash);
  }
  Outcome outcome = go_to("/auth/login?notice=out", {{"status", "signed_out"}});
  outcome.cookie = Outcome::Cookie{};
  return outcome;
}

}  // namespace mainstay::auth
