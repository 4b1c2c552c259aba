#include "platform/auth/cases/account_page.hpp"

#include "platform/auth/notices.hpp"
#include "platform/auth/utc_text.hpp"

namespace mainstay::auth {
namespace {

using templates::html_escaped;

/// What the page shows, read at one moment.
struct Account {
  std::vector<Address> addresses;
  std::vector<SessionRow> sessions;
  std::vector<TokenRow> tokens;
  std::size_t recovery_codes = 0;
};

Result<Account> read_account(Desk& desk, const User& user) {
  return read<Account>(desk, [&](store::Session& session) -> Result<Account> {
    Account account;
    MS_TRY(account.addresses, addresses_of(session, user.id));
    MS_TRY(account.sessions, sessions_of(session, user.id));
    MS_TRY(account.tokens, tokens_of(session, user.id));
    MS_TRY(account.recovery_codes, recovery_codes_left(session, user.id));
    return account;
  });
}

struct Button {
  std::string_view action;
  std::string_view field;
  std::string_view value;
  std::string_view text;
};

std::string form(const Call& call, const Button& button) {
  std::string out{"<form method=\"post\" action=\""};
  out.append(button.action).append("\"><input type=\"hidden\" name=\"csrf\" value=\"");
  out.append(call.csrf).append("\"><input type=\"hidden\" name=\"").append(button.field);
  out.append("\" value=\"").append(html_escaped(button.value)).append("\"><button>");
  return out.append(button.text).append("</button></form>");
}

std::string address_rows(const Call& call, const std::vector<Address>& addresses) {
  std::string out;
  for (const Address& address : addresses) {
    out.append("<tr><td>").append(html_escaped(address.text)).append("</td><td class=\"acts\">");
    if (address.is_primary) {
      out.append("primary");
    } else {
      out.append(form(call, {"/auth/addresses/primary", "email", address.text, "Make primary"}));
      out.append(form(call, {"/auth/addresses/remove", "email", address.text, "Remove"}));
    }
    out.append("</td></tr>");
  }
  return out;
}

std::string session_rows(const Desk& desk, const Call& call,
                         const std::vector<SessionRow>& sessions) {
  std::string out;
  for (const SessionRow& row : sessions) {
    if (is_over(desk.options.sessions, row.times, call.now)) continue;
    const bool is_this = row.id == call.caller->credential_id;
    out.append("<tr><td>").append(html_escaped(row.agent)).append("<br><small>from ");
    out.append(html_escaped(row.client)).append(", last used ").append(utc_text(row.times.used));
    out.append("</small></td><td class=\"acts\">");
    out.append(is_this ? "this one" : form(call, {"/auth/sessions/end", "id", row.id, "Sign out"}));
    out.append("</td></tr>");
  }
  return out;
}

std::string token_rows(const Call& call, const std::vector<TokenRow>& tokens) {
  std::string out;
  for (const TokenRow& row : tokens) {
    out.append("<tr><td>").append(html_escaped(row.label)).append("<br><small>");
    out.append(row.scopes.empty() ? "no roles" : "roles: " + html_escaped(row.scopes));
    out.append(row.expires_at ? ", until " + utc_text(*row.expires_at) : ", does not expire");
    out.append(row.used_at ? ", last used " + utc_text(*row.used_at) : ", never used");
    out.append("</small></td><td class=\"acts\">");
    out.append(form(call, {"/auth/tokens/end", "id", row.id, "Revoke"})).append("</td></tr>");
  }
  return out;
}

}  // namespace

Result<Outcome> account_page(Desk& desk, Call& call, const User& user) {
  MS_TRY(const Account account, read_account(desk, user));
  const bool is_on = !user.totp_secret.empty();
  std::string roles;
  for (const std::string& role : call.caller->roles) {
    roles.append(roles.empty() ? "" : ", ").append(role);
  }
  const std::string addresses = address_rows(call, account.addresses);
  const std::string sessions = session_rows(desk, call, account.sessions);
  const std::string tokens = token_rows(call, account.tokens);
  const std::string state =
      is_on ? "on; " + std::to_string(account.recovery_codes) + " recovery codes are left" : "off";
  const std::string_view invite = call.caller->has_role(admin_role)
                                      ? R"(<p><a href="/auth/invite">Invite somebody</a></p>)"
                                      : "";
  Outcome outcome;
  outcome.page =
      page(desk, call, "account",
           {{"name", user.name},
            {"roles", roles.empty() ? "none" : roles},
            {"addresses", addresses},
            {"sessions", sessions},
            {"tokens", tokens},
            {"authenticator", state},
            {"authenticator_action", is_on ? "/auth/authenticator/end" : "/auth/authenticator"},
            {"authenticator_button", is_on ? "Turn it off" : "Set it up"},
            {"invite", invite},
            {"notice", notice_html(call.field("notice"))}});
  return outcome;
}

}  // namespace mainstay::auth
