#include "platform/http/repeated_head.hpp"

#include <cstring>

namespace mainstay::http {
namespace {

constexpr std::string_view method_text = "GET ";
constexpr std::string_view version = " HTTP/1.1\r\n";

/// Whether no byte is a control character or a blank (RFC 9112 3.2: a target has neither). Eight
/// bytes at a time: a byte's high bit is set in `below` when it is under 0x21, in `deleted` when it
/// is 0x7F. Bytes from 0x80 on pass, as they do in the parser.
bool is_target(std::string_view text) {
  constexpr std::uint64_t ones = 0x0101010101010101U;
  constexpr std::uint64_t highs = 0x8080808080808080U;
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data() + at, 8);
    const std::uint64_t below = (eight - ones * 0x21) & ~eight & highs;
    const std::uint64_t other = eight ^ (ones * 0x7F);
    const std::uint64_t deleted = (other - ones) & ~other & highs;
    if ((below | deleted) != 0) return false;
  }
  for (; at < text.size(); ++at) {
    const auto one = static_cast<unsigned char>(text[at]);
    if (one < 0x21 || one == 0x7F) return false;
  }
  return !text.empty();
}

}  // namespace

std::size_t RepeatedHead::match(std::string_view data, std::size_t target_bytes_max, Message& to) {
  if (lines_.empty()) return 0;
  if (line_.empty() || !data.starts_with(line_)) {
    if (!take_line(data)) return 0;
  }
  if (!data.substr(line_.size()).starts_with(lines_)) return 0;
  const auto target =
      data.substr(method_text.size(), line_.size() - method_text.size() - version.size());
  if (target.size() > target_bytes_max) return 0;

  const auto view = [from = data.data() + line_.size()](Place place) {
    return std::string_view{from + place.offset, place.size};
  };
  to.method = Method::get;
  to.target = target;
  for (const Line& one : headers_) to.headers.push_back({view(one.name), view(one.value)});
  to.request_id = view(request_id_);
  to.keep_alive = keep_alive_;
  return line_.size() + lines_.size();
}

/// Keeps the request line, if it is one that we serve.
bool RepeatedHead::take_line(std::string_view data) {
  if (!data.starts_with(method_text)) return false;
  const std::size_t end = data.substr(0, bytes_max).find('\n');
  if (end == std::string_view::npos) return false;
  const std::string_view line = data.substr(0, end + 1);
  if (line.size() < method_text.size() + version.size() || !line.ends_with(version)) return false;
  if (!is_target(
          line.substr(method_text.size(), line.size() - method_text.size() - version.size()))) {
    return false;
  }
  line_.assign(line);
  return true;
}

void RepeatedHead::remember(std::string_view head, const Message& message) {
  lines_.clear();
  headers_.clear();
  const std::size_t line_end = head.find('\n');
  if (message.method != Method::get || !message.http_1_1 || head.size() > bytes_max ||
      line_end == std::string_view::npos) {
    return;
  }
  const std::string_view lines = head.substr(line_end + 1);
  const auto place = [from = lines.data()](std::string_view text) {
    if (text.empty()) return Place{0, 0};
    return Place{static_cast<std::uint16_t>(text.data() - from),
                 static_cast<std::uint16_t>(text.size())};
  };
  for (const Header& one : message.headers) {
    headers_.push_back({place(one.name), place(one.value)});
  }
  request_id_ = place(message.request_id);
  keep_alive_ = message.keep_alive;
  lines_.assign(lines);
}

}  // namespace mainstay::http
