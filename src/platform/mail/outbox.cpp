#include "platform/mail/outbox.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "base/random.hpp"
#include "base/text.hpp"
#include "platform/http/router.hpp"
#include "platform/templates/templates.hpp"

namespace mainstay::mail {
namespace {

using templates::html_escaped;

constexpr std::size_t file_bytes_max = 4U << 20U;

constexpr std::string_view head = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Outbox</title><style>
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem}
tr+tr{border-top:1px solid #8884}pre{white-space:pre-wrap;overflow-wrap:anywhere}
iframe{width:100%;height:24rem;border:1px solid #8886;background:#fff}
@media(prefers-color-scheme:dark){body{background:#12181f;color:#dbe3ea}a{color:#7db8f0}}
</style></head><body>)";

Error failed(const std::string& path) {
  return {Errc::temporary, path + ": " + std::strerror(errno)};
}

/// Whole or not at all: written beside its place, then renamed.
Result<> write_file(const std::string& path, std::string_view text) {
  const std::string beside = path + ".part";
  const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return failed(beside);
  bool is_written = true;
  while (!text.empty() && is_written) {
    const ssize_t count = ::write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    is_written = count > 0;
    if (is_written) text.remove_prefix(static_cast<std::size_t>(count));
  }
  ::close(file);
  if (!is_written || ::rename(beside.c_str(), path.c_str()) != 0) return failed(path);
  return {};
}

bool is_name(std::string_view name) {
  return name.size() == 24 && std::ranges::all_of(name, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

/// Messages hold links that log people in: only this machine's browser sees them, and not by a
/// name that somebody else made point here.
bool is_local(const http::Request& request) {
  const auto peer = request.peer;
  std::string_view host = request.header("Host");
  const std::size_t colon = host.rfind(':');
  if (colon != host.npos && !host.ends_with(']')) host = host.substr(0, colon);
  const bool named = host == "localhost" || host == "127.0.0.1" || host == "[::1]";
  return named && (peer.starts_with("127.") || peer == "::1" || peer.starts_with("::ffff:127."));
}

void begin_page(http::Response& response) {
  response.promise_nothing();
  response.content_type("text/html; charset=utf-8");
  response.header_block(
      "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; "
      "img-src data:; frame-src 'self'\r\n"
      "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
      "Cache-Control: no-store\r\n");
}

void no_such(http::Response& response) {
  response.promise_nothing();
  http::problem(response, 404, "not_found", "There is no such message.");
}

/// Text with its http addresses as links.
std::string linked(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t at = std::min({text.find("http://"), text.find("https://"), text.size()});
    out += html_escaped(text.substr(0, at));
    text.remove_prefix(at);
    const std::string_view link = text.substr(0, text.find_first_of(" \t\r\n<>\""));
    if (!link.empty()) {
      const std::string escaped = html_escaped(link);
      out.append("<a href=\"").append(escaped).append("\">").append(escaped).append("</a>");
    }
    text.remove_prefix(link.size());
  }
  return out;
}

std::string list_page(const Outbox& outbox) {
  std::string page{head};
  page.append("<h1>Outbox</h1><p>Mail that would have been sent, newest first.</p><table>");
  page.append("<tr><th>To</th><th>Subject</th></tr>");
  for (const std::string& name : outbox.names()) {
    const auto message = outbox.find(name);
    if (!message) continue;
    page.append("<tr><td>").append(html_escaped(message->to)).append("</td><td><a href=\"");
    page.append("/dev/outbox/").append(name).append("\">");
    page.append(html_escaped(message->subject)).append("</a></td></tr>");
  }
  return page.append("</table></body></html>\n");
}

std::string message_page(const Message& message) {
  std::string page{head};
  page.append("<p><a href=\"/dev/outbox\">Outbox</a></p><h1>");
  page.append(html_escaped(message.subject)).append("</h1><p>To ");
  page.append(html_escaped(message.to)).append("</p><pre>");
  page.append(linked(message.text)).append("</pre>");
  if (!message.html.empty()) {
    page.append("<iframe sandbox title=\"HTML\" srcdoc=\"");
    page.append(html_escaped(message.html)).append("\"></iframe>");
  }
  return page.append("</body></html>\n");
}

}  // namespace

Result<> Outbox::send(const Letter& letter) {
  std::error_code failure;
  if (std::filesystem::create_directories(folder_, failure)) {
    std::filesystem::permissions(folder_, std::filesystem::perms::owner_all, failure);
  }
  if (failure) return Error{Errc::temporary, folder_ + ": " + failure.message()};
  const auto before = names();
  // Names ascend: a number behind the newest one's, and something that no other process takes.
  unsigned long long number = 1;
  if (!before.empty()) number += std::strtoull(before.front().substr(0, 12).c_str(), nullptr, 16);
  char digits[16];
  std::snprintf(digits, sizeof digits, "%012llx", number);
  const std::string path = folder_ + "/" + digits + secret_hex(6);
  MS_TRY_VOID(write_file(path + ".json", to_payload(letter.message)));
  MS_TRY_VOID(write_file(path + ".eml", letter.mime));
  for (std::size_t i = messages_max_ - 1; i < before.size(); ++i) {
    for (const char* ending : {".eml", ".json"}) {
      std::filesystem::remove(folder_ + "/" + before[i] + ending, failure);
    }
  }
  return {};
}

std::vector<std::string> Outbox::names() const {
  std::vector<std::string> names;
  std::error_code failure;
  for (std::filesystem::directory_iterator entry{folder_, failure}, end; !failure && entry != end;
       entry.increment(failure)) {
    const auto& path = entry->path();
    if (path.extension() == ".eml" && is_name(path.stem().string())) {
      names.push_back(path.stem().string());
    }
  }
  std::ranges::sort(names, std::greater<>{});
  return names;
}

std::optional<Message> Outbox::find(std::string_view name) const {
  if (!is_name(name)) return std::nullopt;
  std::ifstream in{folder_ + "/" + std::string{name} + ".json", std::ios::binary};
  std::string text(file_bytes_max, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  auto message = from_payload(text);
  if (message.has_error()) return std::nullopt;
  return *std::move(message);
}

void Outbox::register_routes(http::Router& router) const {
  router.add(http::Method::get, "/dev/outbox",
             [this](const http::Request& request, http::Response& response) {
               if (!is_local(request)) return no_such(response);
               begin_page(response);
               response.body().append(list_page(*this));
             });
  router.add(http::Method::get, "/dev/outbox/{name}",
             [this](const http::Request& request, http::Response& response) {
               const auto message = find(request.params.text("name"));
               if (!is_local(request) || !message) return no_such(response);
               begin_page(response);
               response.body().append(message_page(*message));
             });
}

}  // namespace mainstay::mail
