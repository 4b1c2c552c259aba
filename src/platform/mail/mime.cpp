#include "platform/mail/mime.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>

#include "base/text.hpp"

namespace mainstay::mail {
namespace {

constexpr std::size_t line_bytes_max = 76;
constexpr std::size_t encoded_bytes_max = 42;  // of UTF-8 in an encoded word: 56 in base64

bool is_plain(std::string_view text) {
  return text.find("=?") == text.npos &&
         std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

/// How many bytes of `text` fit into one encoded word without cutting a character.
std::size_t word_bytes(std::string_view text) {
  std::size_t size = std::min(text.size(), encoded_bytes_max);
  while (size < text.size() && size > 0 &&
         (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U)
    --size;
  return size;
}

/// Encoded words, each on a line of its own.
std::string encoded_words(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = std::max<std::size_t>(word_bytes(text), 1);
    out.append(out.empty() ? "" : "\r\n ").append("=?UTF-8?B?");
    out.append(base64_encode(text.substr(0, size))).append("?=");
    text.remove_prefix(size);
  }
  return out;
}

/// A header whose value is text for people: folded at blanks, or encoded.
void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  if (!is_plain(value)) {
    out.append(encoded_words(value)).append("\r\n");
    return;
  }
  std::size_t column = name.size() + 2;
  for (std::size_t at = 0; at < value.size();) {
    // A word with the blanks before it, which begin the next line when the word does not fit.
    const std::size_t begin = std::min(value.find_first_not_of(' ', at), value.size());
    const std::size_t end = std::min(value.find(' ', begin), value.size());
    if (at > 0 && begin > at && begin < value.size() && column + (end - at) > line_bytes_max) {
      out += "\r\n";
      column = 0;
    }
    out += value.substr(at, end - at);
    column += end - at;
    at = end;
  }
  out += "\r\n";
}

std::string display_name(std::string_view name) {
  if (!is_plain(name)) return encoded_words(name);
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

void append_hex(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += '=';
  out += digits[byte >> 4U];
  out += digits[byte & 15U];
}

/// RFC 2045 6.7. Line ends of every kind become CRLF.
std::string quoted_printable(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\r' || c == '\n') {
      if (c == '\r' && at + 1 < text.size() && text[at + 1] == '\n') ++at;
      out += "\r\n";
      column = 0;
      continue;
    }
    const bool at_line_end = at + 1 == text.size() || text[at + 1] == '\r' || text[at + 1] == '\n';
    const bool is_blank = c == ' ' || c == '\t';
    const bool as_is = is_blank ? !at_line_end : c > 0x20 && c < 0x7f && c != '=';
    const std::size_t width = as_is ? 1 : 3;
    if (column + width > line_bytes_max - 1) {
      out += "=\r\n";
      column = 0;
    }
    if (as_is) {
      out += c;
    } else {
      append_hex(out, c);
    }
    column += width;
  }
  if (!out.ends_with("\r\n")) out += "\r\n";
  return out;
}

void append_part(std::string& out, std::string_view subtype, std::string_view text) {
  out.append("Content-Type: text/").append(subtype).append("; charset=utf-8\r\n");
  out.append("Content-Transfer-Encoding: quoted-printable\r\n\r\n");
  out.append(quoted_printable(text));
}

}  // namespace

std::string mail_date(SystemTime at) {
  constexpr const char* weekdays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<Seconds>(at - day)};
  char text[48];
  std::snprintf(text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d +0000",
                weekdays[std::chrono::weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
                months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text;
}

std::string to_mime(const Message& message, const Stamp& stamp) {
  const std::string& address = stamp.from.address;
  std::string out = "Date: " + mail_date(stamp.date) + "\r\nFrom: ";
  if (!stamp.from.name.empty()) out += display_name(stamp.from.name) + "\r\n ";
  out += stamp.from.name.empty() ? address : "<" + address + ">";
  out += "\r\nTo: " + message.to + "\r\n";
  append_header(out, "Subject", message.subject);
  out += "Message-ID: <" + stamp.unique + address.substr(address.rfind('@')) + ">\r\n";
  // No answer by a machine (RFC 3834).
  out += "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n";
  for (const auto& [name, value] : message.headers) append_header(out, name, value);
  if (message.html.empty()) {
    append_part(out, "plain", message.text);
  } else if (message.text.empty()) {
    append_part(out, "html", message.html);
  } else {
    const std::string boundary = "=_" + stamp.unique;  // "=_" is in no quoted-printable text
    out += "Content-Type: multipart/alternative;\r\n boundary=\"" + boundary + "\"\r\n";
    out += "\r\n--" + boundary + "\r\n";
    append_part(out, "plain", message.text);
    out += "\r\n--" + boundary + "\r\n";  // the line end before it is the boundary's
    append_part(out, "html", message.html);
    out += "\r\n--" + boundary + "--\r\n";
  }
  return out;
}

}  // namespace mainstay::mail
