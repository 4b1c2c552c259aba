#include "platform/auth/forms.hpp"

#include "base/check.hpp"
#include "platform/auth/cases/account_page.hpp"
#include "platform/auth/errc.hpp"
#include "platform/auth/notices.hpp"

namespace mainstay::auth {

namespace web {  // generated from web/
std::string_view asset(std::string_view name);
std::vector<std::string_view> asset_names();
}  // namespace web

namespace {

constexpr std::string_view register_link = R"(<p><a href="/auth/register">Make an account</a></p>)";

/// A link that leads nowhere is told at once, before anything is typed.
Result<> check_link(Desk& desk, const Call& call) {
  MS_TRY([[maybe_unused]] const auto link, desk.keys.verify(call.field("token"), call.now));
  return {};
}

bool is_address_link(Desk& desk, const Call& call) {
  const auto link = desk.keys.verify(call.field("token"), call.now);
  return link.has_value() && link->purpose == Purpose::address;
}

bool needs_link(std::string_view name) {
  return name == "confirm" || name == "reset" || name == "invitation";
}

}  // namespace

Result<Outcome> form_page(Desk& desk, Call& call, std::string_view name) {
  if (name == "account") {
    MS_TRY(const User user, own_user(desk, call));
    return account_page(desk, call, user);
  }
  if (name == "register" && !desk.options.is_open) return Errc::registration_closed;
  if (needs_link(name) && call.error.empty()) MS_TRY_VOID(check_link(desk, call));
  if (name == "confirm" && is_address_link(desk, call)) name = "confirm_address";
  const std::string next = local_path(call.field("next"), "");
  const std::string notice = notice_html(call.field("notice"));
  std::vector<templates::Field> fields{
      {"next", next},
      {"notice", notice},
      {"register_link", desk.options.is_open ? register_link : std::string_view{}}};
  for (const std::string_view field : {"login", "email", "name", "role", "token", "ticket"}) {
    fields.push_back({field, call.field(field)});
  }
  Outcome outcome;
  outcome.page = page(desk, call, name, std::move(fields));
  return outcome;
}

std::vector<templates::Builtin> builtin_templates() {
  std::vector<templates::Builtin> builtins;
  for (const std::string_view name : web::asset_names()) {
    if (name.ends_with(".css")) continue;
    templates::Builtin builtin{name, web::asset(name)};
    if (name.starts_with("mail_")) {
      builtin.more = {"product", "address", "url", "name", "hours"};
    } else if (name != "mail.html" && name != "layout.html") {
      builtin.more = {"product", "csrf", "error", "notice", "next"};
    }
    builtins.push_back(std::move(builtin));
  }
  return builtins;
}

std::string told(const Error& error) {
  std::string text = error.detail().empty() || error.http_status() >= 500
                         ? std::string{error.text()}
                         : std::string{error.text()}.append(": ").append(error.detail());
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') {
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  }
  return text + ".";
}

}  // namespace mainstay::auth
