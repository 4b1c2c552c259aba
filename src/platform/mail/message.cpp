#include "platform/mail/message.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.hpp"
#include "platform/json/json.hpp"

namespace mainstay::mail {
namespace {

// Written by us, or by every server on the way.
constexpr std::array<std::string_view, 14> own_headers{"from",         "to",
                                                       "cc",           "bcc",
                                                       "sender",       "subject",
                                                       "date",         "message-id",
                                                       "mime-version", "content-type",
                                                       "received",     "content-transfer-encoding",
                                                       "return-path",  "content-disposition"};

Error refused(std::string detail) { return {Errc::refused, std::move(detail)}; }

bool is_one_line(std::string_view text) {
  return is_valid_utf8(text) && std::ranges::none_of(text, [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
         });
}

bool is_body(std::string_view text) {
  return text.size() <= message_limits.body_bytes_max && is_valid_utf8(text) &&
         text.find('\0') == text.npos;
}

bool is_header_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

Result<> check_header(std::string_view name, std::string_view value) {
  if (!is_header_name(name)) return refused("a header's name is 1 to 64 letters, digits and -");
  if (std::ranges::find(own_headers, lower_case(name)) != own_headers.end()) {
    return refused("the header " + std::string{name} + " is not the message's own");
  }
  if (value.size() > message_limits.header_bytes_max || !is_one_line(value)) {
    return refused("the header " + std::string{name} + " is one line of at most 900 bytes");
  }
  return {};
}

}  // namespace

Result<> check(const Message& message) {
  // The text may be anything: it is not repeated.
  if (!is_address(message.to)) return refused("the recipient is no e-mail address");
  if (message.subject.size() > message_limits.subject_bytes_max || !is_one_line(message.subject)) {
    return refused("a subject is one line of at most 400 bytes of UTF-8");
  }
  if (!is_body(message.text) || !is_body(message.html)) {
    return refused("text and html are UTF-8 without NUL, at most 256 KiB each");
  }
  if (message.text.empty() && message.html.empty()) return refused("the message is empty");
  if (message.headers.size() > message_limits.headers_max) {
    return refused("a message has at most 16 headers of its own");
  }
  for (const auto& [name, value] : message.headers) MS_TRY_VOID(check_header(name, value));
  return {};
}

std::string to_payload(const Message& message) {
  json::Array headers;
  for (const auto& [name, value] : message.headers) headers.emplace_back(json::Array{name, value});
  return json::dump(json::Object{{"to", message.to},
                                 {"subject", message.subject},
                                 {"text", message.text},
                                 {"html", message.html},
                                 {"headers", std::move(headers)}});
}

Result<Message> from_payload(std::string_view payload) {
  MS_TRY(const auto parsed, json::parse(payload));
  Message message;
  const auto take = [&parsed](std::string_view name, std::string& into) {
    if (const std::string* text = parsed.find_string(name)) into = *text;
  };
  take("to", message.to);
  take("subject", message.subject);
  take("text", message.text);
  take("html", message.html);
  const json::Value* found = parsed.find("headers");
  const json::Array* headers = found != nullptr ? found->if_array() : nullptr;
  for (const json::Value& one : headers != nullptr ? *headers : json::Array{}) {
    const json::Array* pair = one.if_array();
    if (pair == nullptr || pair->size() != 2) return refused("a header is a name and a value");
    const std::string* name = (*pair)[0].if_string();
    const std::string* value = (*pair)[1].if_string();
    if (name == nullptr || value == nullptr) return refused("a header is a name and a value");
    message.headers.emplace_back(*name, *value);
  }
  MS_TRY_VOID(check(message));
  return message;
}

}  // namespace mainstay::mail
