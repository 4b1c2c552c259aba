#include "platform/auth/desk.hpp"

#include <chrono>
#include <utility>

#include "base/text.hpp"
#include "platform/auth/errc.hpp"
#include "platform/auth/limits.hpp"
#include "platform/mail/compose.hpp"

namespace mainstay::auth {
namespace {

Result<> counted(RateLimits& limits, Call& call, std::string_view key) {
  call.retry_after = limits.take(key, call.now);
  if (call.retry_after == Seconds{0}) return {};
  return Error{Errc::too_many_attempts,
               "try again in " + std::to_string(call.retry_after.count()) + " seconds"};
}

/// The paragraphs of a text, its link made one that can be clicked.
std::string html_of(std::string_view text, std::string_view url) {
  std::string out;
  for (std::string_view line : split(text, '\n')) {
    line = trimmed(line);
    if (line.empty()) continue;
    const std::string escaped = templates::html_escaped(line);
    if (!url.empty() && line == url) {
      out.append("<p><a href=\"")
          .append(escaped)
          .append("\">")
          .append(escaped)
          .append("</a></p>\n");
    } else {
      out.append("<p>").append(escaped).append("</p>\n");
    }
  }
  return out;
}

}  // namespace

Desk::Desk(store::Store& in, Keys with, Options wanted, templates::Templates texts,
           std::function<Result<>(store::Session&, const mail::Message&, SystemTime)> mailing)
    : store(in),
      keys(std::move(with)),
      options(std::move(wanted)),
      hasher(options.cost),
      templates(std::move(texts)),
      enqueue(std::move(mailing)),
      guard(store, keys, options.sessions),
      account_tries(options.account_rate, Limits::counted_max),
      client_tries(options.client_rate, Limits::counted_max),
      mails(options.mail_rate, Limits::counted_max) {}

Result<User> own_user(Desk& desk, const Call& call) {
  if (call.caller == nullptr) return Errc::sign_in_required;
  MS_TRY(auto user, read<std::optional<User>>(desk, [&](store::Session& session) {
           return find_user(session, call.caller->user_id);
         }));
  if (!user || user->disabled) return Errc::sign_in_required;
  return std::move(*user);
}

Result<User> own_user_by_password(Desk& desk, Call& call, std::string_view field) {
  MS_TRY(auto user, own_user(desk, call));
  MS_TRY_VOID(count_account(desk, call, "password " + user.id));
  if (!desk.hasher.verify(user.password_hash, call.field(field))) return Errc::password_refused;
  desk.account_tries.forget("password " + user.id);
  return user;
}

Result<> count_client(Desk& desk, Call& call) {
  return counted(desk.client_tries, call, call.client);
}

Result<> count_account(Desk& desk, Call& call, std::string_view key) {
  return counted(desk.account_tries, call, key);
}

Result<> count_mail(Desk& desk, Call& call, const EmailAddress& to) {
  if (desk.options.public_url.empty()) return Errc::mail_unavailable;
  return counted(desk.mails, call, to.key);
}

NewLink new_link(const Desk& desk, Purpose purpose, std::string_view path, SystemTime expires) {
  NewLink made;
  made.waiting.id = new_id();
  made.waiting.purpose = purpose;
  made.waiting.expires_at = expires;
  made.url = desk.options.public_url;
  made.url.append(path).append("?token=");
  made.url.append(desk.keys.sign({purpose, made.waiting.id, expires}));
  return made;
}

Result<> send(const Desk& desk, store::Session& session, const std::string& to,
              const MailText& text, SystemTime now) {
  const auto left = std::chrono::ceil<std::chrono::hours>(text.expires - now).count();
  const std::string hours = std::to_string(text.expires > now ? left : 0);
  MS_TRY(auto message, mail::compose(desk.templates, text.name, to,
                                     {{"product", desk.options.product},
                                      {"address", to},
                                      {"url", text.url},
                                      {"name", text.user},
                                      {"hours", hours}}));
  const std::string body = html_of(message.text, text.url);
  message.html = desk.templates.render(
      "mail.html",
      {{"product", desk.options.product}, {"subject", message.subject}, {"body", body}});
  return desk.enqueue(session, message, now);
}

Result<Outcome::Cookie> open_session(Desk& desk, store::Session& session, const Call& call,
                                     const User& user, bool remembered) {
  if (!call.session_token.empty()) {
    const std::string before = desk.keys.hash("session", call.session_token);
    MS_TRY_VOID(remove_session(session, before));
  }
  const std::string token = new_session_token();
  SessionRow row;
  row.hash = desk.keys.hash("session", token);
  row.id = new_id();
  row.user_id = user.id;
  row.times = {call.now, call.now, remembered};
  row.client = call.address;
  row.agent = call.agent;
  MS_TRY_VOID(insert_session(session, row));
  const Seconds age = remembered ? desk.options.sessions.remembered.age : Seconds{0};
  return Outcome::Cookie{token, age};
}

std::string page(const Desk& desk, const Call& call, std::string_view name,
                 std::vector<templates::Field> fields) {
  const std::string said = call.error.empty() ? std::string{}
                                              : "<p class=\"error\" role=\"alert\">" +
                                                    templates::html_escaped(call.error) + "</p>";
  fields.insert(fields.end(),
                {{"product", desk.options.product}, {"csrf", call.csrf}, {"error", said}});
  const std::string content =
      desk.templates.render(std::string{name} + ".html", std::span<const templates::Field>{fields});
  // The title is the page's first heading.
  const auto from = content.find("<h1>");
  const auto to = content.find("</h1>");
  const bool has_title = from != std::string::npos && to != std::string::npos && from < to;
  const std::string title = has_title ? content.substr(from + 4, to - from - 4) : std::string{};
  const std::string_view who = call.caller != nullptr ? call.caller->name : std::string_view{};
  return desk.templates.render(
      "layout.html",
      {{"product", desk.options.product}, {"title", title}, {"user", who}, {"content", content}});
}

Outcome go_to(std::string location, json::Object json, int status) {
  Outcome outcome;
  outcome.status = status;
  outcome.json = std::move(json);
  outcome.location = std::move(location);
  return outcome;
}

Outcome back_to_account(std::string_view status) {
  return go_to("/auth/account?notice=" + std::string{status}, {{"status", status}});
}

}  // namespace mainstay::auth
