#include "platform/auth/cases/authenticator.hpp"

#include "base/random.hpp"
#include "platform/auth/domain/totp.hpp"
#include "platform/auth/errc.hpp"
#include "platform/auth/limits.hpp"
#include "platform/auth/qr_code.hpp"
#include "platform/tls/hmac.hpp"

namespace mainstay::auth {
namespace {

constexpr std::size_t secret_bytes = 20;  // as long as the hash: RFC 4226 section 4

Outcome enrolment(const Desk& desk, const Call& call, std::string_view secret) {
  const std::string text = base32_encode(secret);
  const std::string uri = otpauth_uri(desk.options.product, call.caller->name, text);
  Outcome outcome;
  outcome.json = {{"secret", text}, {"uri", uri}};
  if (!call.is_json) {
    const std::string picture = qr_code_svg(uri);
    outcome.page =
        page(desk, call, "authenticator", {{"secret", text}, {"uri", uri}, {"qr", picture}});
  }
  return outcome;
}

/// "1a2b-3c4d-5e6f": 48 random bits.
std::string new_recovery_code() {
  std::string code = secret_hex(6);
  code.insert(8, "-");
  code.insert(4, "-");
  return code;
}

Outcome show_codes(const Desk& desk, const Call& call, const std::vector<std::string>& codes) {
  Outcome outcome;
  json::Array list;
  std::string rows;
  for (const std::string& code : codes) {
    list.emplace_back(code);
    rows.append("<li><code>").append(code).append("</code></li>");
  }
  outcome.json = {{"status", "authenticator_on"}, {"recovery_codes", std::move(list)}};
  if (!call.is_json) outcome.page = page(desk, call, "recovery_codes", {{"codes", rows}});
  return outcome;
}

}  // namespace

Result<Outcome> begin_authenticator(Desk& desk, Call& call) {
  MS_TRY(const User user, own_user_by_password(desk, call, "current"));
  if (!user.totp_secret.empty()) return Errc::code_on_already;
  std::string secret(secret_bytes, '\0');
  fill_secret(std::as_writable_bytes(std::span{secret}));
  const std::string sealed = desk.keys.seal(secret);
  MS_TRY_VOID(desk.store.write_now(
      [&](store::Session& session) { return set_totp_pending(session, user.id, sealed); }));
  return enrolment(desk, call, secret);
}

Result<Outcome> confirm_authenticator(Desk& desk, Call& call) {
  MS_TRY(const User user, own_user(desk, call));
  const std::string secret = desk.keys.unseal(user.totp_pending);
  if (secret.empty()) return Errc::code_not_begun;
  MS_TRY_VOID(count_account(desk, call, "enrol " + user.id));
  const auto step = match_code(call.field("code"), call.now, -1, [&](std::string_view message) {
    return tls::hmac_sha1(secret, message);
  });
  if (!step) {
    if (call.is_json) return Errc::code_refused;
    call.error = error_row(Errc::code_refused).text;
    Outcome again = enrolment(desk, call, secret);
    again.status = error_row(Errc::code_refused).http_status;
    return again;
  }
  desk.account_tries.forget("enrol " + user.id);
  std::vector<std::string> codes;
  std::vector<std::string> hashes;
  for (std::size_t i = 0; i < Limits::recovery_codes; ++i) {
    codes.push_back(new_recovery_code());
    hashes.push_back(desk.keys.hash("recovery " + user.id, codes.back()));
  }
  const Result<> written = desk.store.write_now([&](store::Session& session) -> Result<> {
    MS_TRY_VOID(set_totp(session, user.id, user.totp_pending, *step));
    MS_TRY_VOID(set_recovery_codes(session, user.id, hashes));
    return remove_sessions(session, user.id, call.caller->hash);
  });
  if (written.has_error()) return written.error();
  desk.guard.forget_user(user.id);
  return show_codes(desk, call, codes);
}

Result<Outcome> end_authenticator(Desk& desk, Call& call) {
  MS_TRY(const User user, own_user_by_password(desk, call, "current"));
  const Result<> written = desk.store.write_now([&](store::Session& session) -> Result<> {
    MS_TRY_VOID(set_totp(session, user.id, "", 0));
    MS_TRY(const std::string to, primary_address(session, user.id));
    return send(desk, session, to, {.name = "mail_authenticator_off", .user = user.name}, call.now);
  });
  if (written.has_error()) return written.error();
  desk.guard.forget_user(user.id);
  return go_to("/auth/account?notice=authenticator_off", {{"status", "authenticator_off"}});
}

}  // namespace mainstay::auth
