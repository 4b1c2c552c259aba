#include "platform/auth/cases/account.hpp"

#include "platform/auth/cases/account_page.hpp"
#include "platform/auth/domain/account_name.hpp"
#include "platform/auth/domain/password_rule.hpp"
#include "platform/auth/errc.hpp"
#include "platform/auth/limits.hpp"

namespace mainstay::auth {
Result<Outcome> show_account(Desk& desk, Call& call) {
  MS_TRY(const User user, own_user(desk, call));
  if (!call.is_json) return account_page(desk, call, user);
  json::Array roles;
  for (const std::string& role : call.caller->roles) roles.emplace_back(role);
  Outcome outcome;
  outcome.json = {{"id", user.id},
                  {"name", user.name},
                  {"email", call.caller->email},
                  {"roles", std::move(roles)},
                  {"authenticator", !user.totp_secret.empty()}};
  if (call.caller->via == Caller::Via::session) {
    outcome.json.push_back({"csrf_token", call.csrf});
  }
  return outcome;
}

Result<Outcome> change_name(Desk& desk, Call& call) {
  MS_TRY(const std::string name, parse_account_name(call.field("name")));
  MS_TRY(const User user, own_user(desk, call));
  MS_TRY_VOID(desk.store.write_now([&](store::Session& session) -> Result<> {
    MS_TRY(const auto owner, find_user_by_name(session, name));
    if (owner && owner->id != user.id) return Errc::name_taken;
    return set_name(session, user.id, name);
  }));
  desk.guard.forget_user(user.id);
  return back_to_account("name_changed");
}

Result<Outcome> change_password(Desk& desk, Call& call) {
  MS_TRY(const User user, own_user_by_password(desk, call, "current"));
  MS_TRY_VOID(check_new_password(call.field("password"), user.name, call.caller->email));
  const std::string hash = desk.hasher.hash(call.field("password"));
  Outcome outcome = back_to_account("password_changed");
  const Result<> written = desk.store.write_now([&](store::Session& session) -> Result<> {
    MS_TRY_VOID(set_password(session, user.id, hash));
    MS_TRY(const auto before, sessions_of(session, user.id));
    bool remembered = false;
    for (const SessionRow& row : before) {
      if (row.id == call.caller->credential_id) remembered = row.times.remembered;
    }
    MS_TRY_VOID(remove_sessions(session, user.id));
    MS_TRY_VOID(remove_links(session, user.id, Purpose::reset));
    MS_TRY_VOID(remove_links(session, user.id, Purpose::code));
    MS_TRY(outcome.cookie, open_session(desk, session, call, user, remembered));
    MS_TRY(const std::string to, primary_address(session, user.id));
    return send(desk, session, to, {.name = "mail_password_changed", .user = user.name}, call.now);
  });
  if (written.has_error()) return written.error();
  desk.guard.forget_user(user.id);
  outcome.json.push_back({"csrf_token", csrf_token(desk.keys, outcome.cookie->token)});
  return outcome;
}

Result<Outcome> list_addresses(Desk& desk, Call& call) {
  MS_TRY(const auto addresses, read<std::vector<Address>>(desk, [&](store::Session& session) {
           return addresses_of(session, call.caller->user_id);
         }));
  json::Array list;
  for (const Address& address : addresses) {
    list.emplace_back(json::Object{{"email", address.text}, {"primary", address.is_primary}});
  }
  Outcome outcome;
  outcome.json = {{"addresses", std::move(list)}};
  return outcome;
}

Result<Outcome> add_address(Desk& desk, Call& call) {
  MS_TRY(const auto address, parse_email_address(call.field("email")));
  MS_TRY_VOID(count_mail(desk, call, address));
  MS_TRY(const User user, own_user_by_password(desk, call, "current"));
  auto link =
      new_link(desk, Purpose::address, "/auth/confirm", call.now + desk.options.registration_age);
  link.waiting.user_id = user.id;
  link.waiting.address = address.text;
  const Result<> written = desk.store.write_now([&](store::Session& session) -> Result<> {
    MS_TRY(const auto own, addresses_of(session, user.id));
    if (own.size() >= Limits::addresses_max) return Errc::addresses_full;
    MS_TRY(const auto owner, find_user_by_address(session, address.key));
    MS_TRY_VOID(insert_link(session, link.waiting));
    return send(desk, session, address.text,
                {.name = owner ? "mail_address_taken" : "mail_address",
                 .url = link.url,
                 .user = user.name,
                 .expires = link.waiting.expires_at},
                call.now);
  });
  if (written.has_error()) return written.error();
  Outcome outcome = back_to_account("mail_sent");
  outcome.status = 202;
  return outcome;
}

Result<Outcome> choose_primary(Desk& desk, Call& call) {
  MS_TRY(const auto address, parse_email_address(call.field("email")));
  const std::string& user_id = call.caller->user_id;
  MS_TRY_VOID(desk.store.write_now([&](store::Session& session) -> Result<> {
    MS_TRY(const bool had, make_primary(session, user_id, address.key));
    return had ? Result<>{} : Errc::not_found;
  }));
  desk.guard.forget_user(user_id);
  return back_to_account("primary_changed");
}

Result<Outcome> drop_address(Desk& desk, Call& call) {
  MS_TRY(const auto address, parse_email_address(call.field("email")));
  const std::string& user_id = call.caller->user_id;
  MS_TRY_VOID(desk.store.write_now([&](store::Session& session) -> Result<> {
    MS_TRY(const bool removed, remove_address(session, user_id, address.key));
    if (removed) return {};
    MS_TRY(const auto owner, find_user_by_address(session, address.key));
    return owner && owner->id == user_id ? Errc::address_is_primary : Errc::not_found;
  }));
  desk.guard.forget_user(user_id);
  return back_to_account("address_removed");
}

}  // namespace mainstay::auth
