#include "platform/mail/settings.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"

namespace mainstay::mail {
namespace {

using settings::Kind;

constexpr std::string_view url_help =
    "mail.url is outbox, smtp://[USER@]HOST[:PORT] or smtps://[USER@]HOST[:PORT]";

Error misconfigured(std::string detail) { return {Errc::refused, std::move(detail)}; }

bool is_host(std::string_view host) {
  const bool is_ipv6 = host.starts_with('[') && host.ends_with(']');
  return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, [is_ipv6](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || (is_ipv6 && (c == ':' || c == '[' || c == ']'));
  });
}

bool is_this_machine(std::string_view host) {
  return host == "localhost" || host.starts_with("127.") || host == "[::1]";
}

/// Fills url and user; gives the host.
Result<std::string> take_url(std::string_view url, SmtpOptions& into) {
  const std::size_t scheme = url.find("://");
  std::string_view rest = url.substr(std::min(scheme, url.size() - 3) + 3);
  if (const std::size_t at = rest.rfind('@'); at != rest.npos) {
    const std::string_view user = rest.substr(0, at);
    if (user.find(':') != user.npos) {
      return misconfigured(
          "mail.url has no password: it goes into mail.password, which is a secret");
    }
    const auto decoded = percent_decode(user, Plus::literal);
    if (!decoded) return misconfigured(std::string{url_help});
    into.user = *decoded;
    rest.remove_prefix(at + 1);
  }
  const std::size_t bracket = rest.find(']');
  const std::size_t colon = rest.find(':', bracket == rest.npos ? 0 : bracket);
  const std::string_view host = rest.substr(0, colon);
  if (colon != rest.npos) {
    const auto port = parse_u64(rest.substr(colon + 1));
    if (!port || *port < 1 || *port > 65'535) return misconfigured(std::string{url_help});
  }
  if (!is_host(host)) return misconfigured(std::string{url_help});
  into.url = std::string{url.substr(0, scheme + 3)}.append(rest);
  if (colon == rest.npos) into.url += url.starts_with("smtps") ? ":465" : ":587";
  return std::string{host};
}

}  // namespace

std::vector<settings::Spec> setting_specs() {
  return {
      {.key = "mail.url",
       .fallback = "outbox",
       .help =
           "how mail leaves: smtp://[USER@]HOST[:587] with STARTTLS, smtps://[USER@]HOST[:465], "
           "or outbox: files in the data folder, shown at /dev/outbox in development"},
      {.key = "mail.from",
       .fallback = "no-reply@localhost",
       .help = "who mail is from: an address, or Name <address>"},
      {.key = "mail.user", .help = "login at the mail server, when mail.url names none"},
      {.key = "mail.password", .help = "password of that login", .secret = true},
      {.key = "mail.tls",
       .fallback = "required",
       .help = "none: smtp:// in plain text, and with a login only to this machine",
       .choices = {"required", "none"}},
      {.key = "mail.ca_file",
       .help = "roots (PEM) to verify the mail server by; empty: the system's"},
      {.key = "mail.timeout",
       .kind = Kind::duration,
       .fallback = "30s",
       .help = "for all of one message",
       .least = 100,
       .most = 600'000},
  };
}

Result<MailSettings> read_settings(const settings::Settings& settings) {
  MailSettings out;
  const auto from = parse_mailbox(settings.text("mail.from"));
  if (!from) return misconfigured("mail.from is an address, or Name <address>");
  out.from = *from;
  const std::string& url = settings.text("mail.url");
  if (url == "outbox") return out;
  if (!url.starts_with("smtp://") && !url.starts_with("smtps://")) {
    return misconfigured(std::string{url_help});
  }
  SmtpOptions smtp;
  MS_TRY(const auto host, take_url(url, smtp));
  if (smtp.user.empty()) smtp.user = settings.text("mail.user");
  smtp.password = settings.text("mail.password");
  if (smtp.user.empty() != smtp.password.empty()) {
    return misconfigured("a login has a user (mail.user, or in mail.url) and mail.password");
  }
  smtp.tls = settings.text("mail.tls") == "none" ? Tls::none : Tls::required;
  if (smtp.tls == Tls::none && !url.starts_with("smtps") && !smtp.user.empty() &&
      !is_this_machine(host)) {
    return misconfigured("mail.tls = none would send the password in plain text to " + host);
  }
  smtp.ca_file = settings.text("mail.ca_file");
  smtp.timeout = settings.duration("mail.timeout");
  out.smtp = std::move(smtp);
  return out;
}

}  // namespace mainstay::mail
