#include "platform/auth/cases/registration.hpp"

#include "platform/auth/domain/account_name.hpp"
#include "platform/auth/domain/password_rule.hpp"
#include "platform/auth/errc.hpp"

namespace mainstay::auth {
namespace {

const std::string sent_page = "/auth/sent";

/// What everybody is told who asks for an e-mail.
Outcome mail_sent() { return go_to(sent_page, {{"status", "mail_sent"}}, 202); }

/// Empty when none was given.
Result<std::string> wanted_name(const Call& call) {
  if (call.field("name").empty()) return std::string{};
  return parse_account_name(call.field("name"));
}

/// Of an address: its local part, as far as that can be a name.
std::string name_from(const EmailAddress& address) {
  std::string name;
  for (const char c : address.key.substr(0, address.key.find('@'))) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (good || (!name.empty() && name.back() != '-')) name += good ? c : '-';
  }
  while (name.ends_with('-')) name.pop_back();
  const auto parsed = parse_account_name(name.substr(0, 40));
  return parsed.has_value() ? *parsed : "user";
}

Result<User> make_user(store::Session& session, const Waiting& waiting, const EmailAddress& address,
                       SystemTime now) {
  User user;
  user.id = new_id();
  MS_TRY(user.name, free_name(session, waiting.name.empty() ? name_from(address) : waiting.name));
  user.password_hash = waiting.password_hash;
  user.created_at = now;
  MS_TRY_VOID(insert_user(session, user, address));
  return user;
}

/// What a link leads to, once its signature and age are right and nobody has used it.
Result<Waiting> waiting_for(Desk& desk, const Call& call, Purpose purpose) {
  MS_TRY(const auto link, desk.keys.verify(call.field("token"), call.now));
  if (link.purpose != purpose) return Error{Errc::link_invalid, "it is meant for something else"};
  MS_TRY(auto found, read<std::optional<Waiting>>(
                         desk, [&](store::Session& session) { return find_link(session, link); }));
  if (!found) return Errc::link_used;
  return std::move(*found);
}

/// Nobody can have used it meanwhile.
Result<> use_up(store::Session& session, const Waiting& waiting) {
  MS_TRY(const bool was_there, use_link(session, waiting.id));
  if (!was_there) return Errc::link_used;
  return {};
}

Result<Outcome> confirm_registration(Desk& desk, Call& call) {
  MS_TRY(const auto waiting, waiting_for(desk, call, Purpose::registration));
  MS_TRY_VOID(count_account(desk, call, "link " + waiting.id));
  if (!desk.hasher.verify(waiting.password_hash, call.field("password"))) {
    return Error{Errc::password_refused, "it must be the one of the registration"};
  }
  MS_TRY(const auto address, parse_email_address(waiting.address));
  Outcome outcome = go_to("/auth/account", {{"status", "confirmed"}});
  const Result<> written = desk.store.write_now([&](store::Session& session) -> Result<> {
    MS_TRY_VOID(use_up(session, waiting));
    MS_TRY(const auto owner, find_user_by_address(session, address.key));
    if (owner) return Errc::link_used;  // by another registration of the same address
    MS_TRY(const User user, make_user(session, waiting, address, call.now));
    MS_TRY(outcome.cookie, open_session(desk, session, call, user, false));
    return {};
  });
  if (written.has_error()) return written.error();
  return outcome;
}

Result<Outcome> confirm_address(Desk& desk, Call& call) {
  MS_TRY(const auto waiting, waiting_for(desk, call, Purpose::address));
  MS_TRY(const auto address, parse_email_address(waiting.address));
  const Result<> written = desk.store.write_now([&](store::Session& session) -> Result<> {
    MS_TRY_VOID(use_up(session, waiting));
    MS_TRY(const auto owner, find_user_by_address(session, address.key));
    if (owner) return Errc::link_used;
    return insert_address(session, waiting.user_id, address, call.now);
  });
  if (written.has_error()) return written.error();
  desk.guard.forget_user(waiting.user_id);
  return go_to("/auth/account", {{"status", "confirmed"}});
}

}  // namespace

Result<Outcome> register_account(Desk& desk, Call& call) {
  if (!desk.options.is_open) return Errc::registration_closed;
  MS_TRY(const auto address, parse_email_address(call.field("email")));
  MS_TRY(const std::string name, wanted_name(call));
  MS_TRY_VOID(check_new_password(call.field("password"), name, address.text));
  MS_TRY_VOID(count_client(desk, call));
  MS_TRY_VOID(count_mail(desk, call, address));
  std::string hash = desk.hasher.hash(call.field("password"));
  auto fresh = new_link(desk, Purpose::registration, "/auth/confirm",
                        call.now + desk.options.registration_age);
  auto reset = new_link(desk, Purpose::reset, "/auth/reset", call.now + desk.options.reset_age);
  fresh.waiting.address = reset.waiting.address = address.text;
  fresh.waiting.name = name;
  fresh.waiting.password_hash = std::move(hash);
  const Result<> written = desk.store.write_now([&](store::Session& session) -> Result<> {
    MS_TRY(const auto owner, find_user_by_address(session, address.key));
    if (owner) reset.waiting.user_id = owner->id;
    const NewLink& link = owner ? reset : fresh;
    MS_TRY_VOID(insert_link(session, link.waiting));
    return send(desk, session, address.text,
                {.name = owner ? "mail_registered" : "mail_registration",
                 .url = link.url,
                 .user = name,
                 .expires = link.waiting.expires_at},
                call.now);
  });
  if (written.has_error()) return written.error();
  return mail_sent();
}

Result<Outcome> confirm(Desk& desk, Call& call) {
  MS_TRY_VOID(count_client(desk, call));
  MS_TRY(const auto link, desk.keys.verify(call.field("token"), call.now));
  auto outcome = link.purpose == Purpose::address ? confirm_address(desk, call)
                                                  : confirm_registration(desk, call);
  if (outcome.has_value()) desk.client_tries.give_back(call.client);
  return outcome;
}

Result<Outcome> forgot(Desk& desk, Call& call) {
  MS_TRY(const auto address, parse_email_address(call.field("email")));
  MS_TRY_VOID(count_client(desk, call));
  MS_TRY_VOID(count_mail(desk, call, address));
  auto link = new_link(desk, Purpose::reset, "/auth/reset", call.now + desk.options.reset_age);
  link.waiting.address = address.text;
  const Result<> written = desk.store.write_now([&](store::Session& session) -> Result<> {
    MS_TRY(const auto owner, find_user_by_address(session, address.key));
    const bool may = owner && !owner->disabled;
    if (may) {
      link.waiting.user_id = owner->id;
    } else {
      link.waiting.purpose = Purpose::nothing;
    }
    MS_TRY_VOID(insert_link(session, link.waiting));
    return send(desk, session, address.text,
                {.name = may ? "mail_reset" : "mail_reset_unknown",
                 .url = link.url,
                 .user = may ? owner->name : "",
                 .expires = link.waiting.expires_at},
                call.now);
  });
  if (written.has_error()) return written.error();
  return mail_sent();
}

Result<Outcome> reset(Desk& desk, Call& call) {
  MS_TRY_VOID(count_client(desk, call));
  MS_TRY(const auto waiting, waiting_for(desk, call, Purpose::reset));
  MS_TRY(const auto user, read<std::optional<User>>(desk, [&](store::Session& session) {
           return find_user(session, waiting.user_id);
         }));
  if (!user || user->disabled) return Errc::link_used;
  MS_TRY_VOID(check_new_password(call.field("password"), user->name, waiting.address));
  const std::string hash = desk.hasher.hash(call.field("password"));
  const Result<> written = desk.store.write_now([&](store::Session& session) -> Result<> {
    MS_TRY_VOID(use_up(session, waiting));
    MS_TRY_VOID(remove_links(session, user->id, Purpose::reset));
    MS_TRY_VOID(remove_links(session, user->id, Purpose::code));
    MS_TRY_VOID(set_password(session, user->id, hash));
    MS_TRY_VOID(remove_sessions(session, user->id));
    MS_TRY(const std::string to, primary_address(session, user->id));
    return send(desk, session, to, {.name = "mail_password_changed", .user = user->name}, call.now);
  });
  if (written.has_error()) return written.error();
  desk.guard.forget_user(user->id);
  desk.account_tries.forget(user->name);
  desk.client_tries.give_back(call.client);
  return go_to("/auth/login?notice=reset", {{"status", "password_changed"}});
}

Result<Outcome> invite(Desk& desk, Call& call) {
  MS_TRY(const auto address, parse_email_address(call.field("email")));
  std::string role;
  if (!call.field("role").empty()) {
    MS_TRY(role, parse_role(call.field("role")));
  }
  MS_TRY_VOID(count_mail(desk, call, address));
  auto link = new_link(desk, Purpose::invitation, "/auth/invitation",
                       call.now + desk.options.invitation_age);
  link.waiting.address = address.text;
  link.waiting.role = role;
  const Result<> written = desk.store.write_now([&](store::Session& session) -> Result<> {
    MS_TRY_VOID(insert_link(session, link.waiting));
    return send(desk, session, address.text,
                {.name = "mail_invitation",
                 .url = link.url,
                 .user = call.caller->name,
                 .expires = link.waiting.expires_at},
                call.now);
  });
  if (written.has_error()) return written.error();
  return mail_sent();
}

Result<Outcome> accept_invitation(Desk& desk, Call& call) {
  MS_TRY_VOID(count_client(desk, call));
  MS_TRY(auto waiting, waiting_for(desk, call, Purpose::invitation));
  MS_TRY(const auto address, parse_email_address(waiting.address));
  MS_TRY(waiting.name, wanted_name(call));
  MS_TRY_VOID(check_new_password(call.field("password"), waiting.name, waiting.address));
  waiting.password_hash = desk.hasher.hash(call.field("password"));
  std::string user_id;
  const Result<> written = desk.store.write_now([&](store::Session& session) -> Result<> {
    MS_TRY_VOID(use_up(session, waiting));
    MS_TRY(auto user, find_user_by_address(session, address.key));
    if (!user) {
      MS_TRY(user, make_user(session, waiting, address, call.now));
    }
    user_id = user->id;
    return waiting.role.empty() ? Result<>{} : add_role(session, user_id, waiting.role);
  });
  if (written.has_error()) return written.error();
  desk.guard.forget_user(user_id);
  desk.client_tries.give_back(call.client);
  return go_to("/auth/login?notice=accepted", {{"status", "accepted"}});
}

}  // namespace mainstay::auth
