#include "platform/http/response_writer.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <string_view>

namespace mainstay::http {

std::string_view reason_phrase(int status) {
  switch (status) {
    // clang-format off
    case 100: return "Continue";
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 402: return "Payment Required";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 418: return "I'm a teapot";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 423: return "Locked";
    case 424: return "Failed Dependency";
    case 425: return "Too Early";
    case 426: return "Upgrade Required";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 451: return "Unavailable For Legal Reasons";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    default: return "Unknown";
      // clang-format on
  }
}

namespace {

using namespace std::string_view_literals;  // append(const char*) measures its literal each time

void append_unsigned(std::string& out, std::uint64_t value) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), value).ptr;
  out.append(digits.begin(), end);
}

void append_status_line(std::string& out, int status) {
  if (status == 200) {
    out.append("HTTP/1.1 200 OK\r\n"sv);
    return;
  }
  out.append("HTTP/1.1 "sv);
  append_unsigned(out, static_cast<std::uint64_t>(status));
  out += ' ';
  out.append(reason_phrase(status));
  out.append("\r\n"sv);
}

void append_two_digits(std::string& out, unsigned value) {
  out += static_cast<char>('0' + value / 10);
  out += static_cast<char>('0' + value % 10);
}

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

void ResponseWriter::write(std::string& out, const Response& response, const Framing& framing,
                           SystemTime now) {
  const auto second = std::chrono::floor<Seconds>(now).time_since_epoch().count();
  if (second != date_second_) refresh_date(second);
  if (!repeats_head(response, framing)) write_head(response, framing);
  out.append(head_);
  if (!framing.head_only && has_body(response.status())) out.append(response.body());
}

bool ResponseWriter::repeats_head(const Response& response, const Framing& framing) const {
  return head_is_usual_ && framing.is_usual() && response.status() == head_status_ &&
         response.body().size() == head_body_bytes_ &&
         response.content_type() == head_content_type_ && response.header_lines() == head_lines_;
}

void ResponseWriter::write_head(const Response& response, const Framing& framing) {
  head_is_usual_ = framing.is_usual() && !response.streams();
  head_status_ = response.status();
  head_body_bytes_ = response.body().size();
  head_content_type_.assign(response.content_type());
  head_lines_.assign(response.header_lines());

  std::string& out = head_;
  out.clear();
  append_status_line(out, response.status());
  out.append(date_line_);
  if (has_body(response.status())) {
    if (!response.content_type().empty()) {
      out.append("Content-Type: "sv);
      out.append(response.content_type());
      out.append("\r\n"sv);
    }
    if (!response.streams()) {
      out.append("Content-Length: "sv);
      append_unsigned(out, response.body().size());
      out.append("\r\n"sv);
    }
  }
  if (framing.close) {
    out.append("Connection: close\r\n"sv);
  } else if (framing.says_keep_alive) {
    out.append("Connection: keep-alive\r\n"sv);
  }
  if (!framing.request_id.empty()) {
    out.append("X-Request-ID: "sv);
    out.append(framing.request_id);
    out.append("\r\n"sv);
  }
  out.append(response.header_lines());
  out.append("\r\n"sv);
}

// RFC 9110 5.6.7: "Date: Sun, 06 Nov 1994 08:49:37 GMT".
void ResponseWriter::refresh_date(std::int64_t second) {
  static constexpr std::string_view days = "SunMonTueWedThuFriSat";
  static constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::chrono::sys_seconds time{Seconds{second}};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};

  date_second_ = second;
  head_is_usual_ = false;
  date_line_.assign("Date: "sv);
  date_line_.append(days.substr(3 * std::chrono::weekday{day}.c_encoding(), 3));
  date_line_.append(", "sv);
  append_two_digits(date_line_, static_cast<unsigned>(date.day()));
  date_line_ += ' ';
  date_line_.append(months.substr(3 * (static_cast<unsigned>(date.month()) - 1), 3));
  date_line_ += ' ';
  append_unsigned(date_line_, static_cast<std::uint64_t>(static_cast<int>(date.year())));
  date_line_ += ' ';
  append_two_digits(date_line_, static_cast<unsigned>(clock.hours().count()));
  date_line_ += ':';
  append_two_digits(date_line_, static_cast<unsigned>(clock.minutes().count()));
  date_line_ += ':';
  append_two_digits(date_line_, static_cast<unsigned>(clock.seconds().count()));
  date_line_.append(" GMT\r\n"sv);
}

}  // namespace mainstay::http
