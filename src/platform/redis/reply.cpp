#include "platform/redis/reply.hpp"

#include <utility>

#include "base/text.hpp"

namespace mainstay::redis {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::size_t kept_prefix_max = 1U << 20U;

Error malformed(std::string_view what) { return Error{Errc::malformed, std::string{what}}; }

/// The lengths of the protocol: -1 stands for nil.
std::optional<std::int64_t> parse_length(std::string_view text) {
  const auto value = parse_i64(text);
  return value && *value >= -1 ? value : std::nullopt;
}

}  // namespace

const ErrorRow& error_row(Errc code) {
  static constexpr ErrorRow rows[] = {
      {"redis_url_invalid", "not the URL of a Redis", 400, Retry::no},
      {"redis_unreachable", "the Redis cannot be reached", 502, Retry::yes},
      {"redis_timed_out", "the Redis did not answer in time", 504, Retry::yes},
      {"redis_closed", "the Redis closed the connection", 502, Retry::yes},
      {"redis_malformed", "the other end does not speak Redis' protocol", 502, Retry::no},
      {"redis_too_large", "an answer of the Redis is too large", 502, Retry::no},
      {"redis_refused", "the Redis refused", 502, Retry::no},
  };
  return rows[static_cast<std::size_t>(code) - 1];
}

Result<std::optional<Reply>> ReplyParser::next() {
  for (;;) {
    Reply reply;
    MS_TRY(const bool complete, read_value(reply));
    if (!complete) return std::optional<Reply>{};
    if (reply.kind == Reply::Kind::array && missing_ > 0) {
      if (open_.size() == limits_.depth_max) return Error{Errc::too_large, "arrays too deep"};
      open_.push_back({std::move(reply), std::exchange(missing_, 0)});
      continue;
    }
    while (!open_.empty()) {
      Open& innermost = open_.back();
      innermost.reply.items.push_back(std::move(reply));
      if (--innermost.missing > 0) break;
      reply = std::move(innermost.reply);
      open_.pop_back();
      if (open_.empty()) return std::optional{std::move(reply)};
    }
    if (open_.empty()) return std::optional{std::move(reply)};
  }
}

/// False when more bytes are needed; nothing is used up then.
Result<bool> ReplyParser::read_value(Reply& out) {
  const auto line = peek_line();
  if (!line) {
    if (buffer_.size() - at_ > limits_.line_bytes_max) return Error{Errc::too_large, "a line"};
    return false;
  }
  if (line->empty()) return malformed("an empty line");
  const std::string_view rest = line->substr(1);
  switch (line->front()) {
    case '+':
    case '-':
      out.kind = line->front() == '+' ? Reply::Kind::text : Reply::Kind::error;
      out.text = rest;
      break;
    case ':': {
      const auto value = parse_i64(rest);
      if (!value) return malformed("an integer");
      out.kind = Reply::Kind::integer;
      out.integer = *value;
      break;
    }
    case '$':
      return read_bulk(rest, out);
    case '*':
      return read_array(rest, out);
    default:
      return malformed("a type of reply");
  }
  drop(line->size() + line_end.size());
  return true;
}

Result<bool> ReplyParser::read_bulk(std::string_view length, Reply& out) {
  const auto size = parse_length(length);
  if (!size) return malformed("a length");
  const std::size_t head = 1 + length.size() + line_end.size();
  if (*size < 0) {
    drop(head);
    return true;
  }
  const auto bytes = static_cast<std::size_t>(*size);
  if (bytes > limits_.text_bytes_max) return Error{Errc::too_large, "a text"};
  const std::string_view rest = std::string_view{buffer_}.substr(at_ + head);
  if (rest.size() < bytes + line_end.size()) return false;
  if (rest.substr(bytes, line_end.size()) != line_end) return malformed("the end of a text");
  out.kind = Reply::Kind::text;
  out.text = rest.substr(0, bytes);
  drop(head + bytes + line_end.size());
  return true;
}

Result<bool> ReplyParser::read_array(std::string_view count, Reply& out) {
  const auto size = parse_length(count);
  if (!size) return malformed("a number of items");
  if (*size > static_cast<std::int64_t>(limits_.items_max)) {
    return Error{Errc::too_large, "an array"};
  }
  drop(1 + count.size() + line_end.size());
  if (*size < 0) return true;
  out.kind = Reply::Kind::array;
  missing_ = static_cast<std::size_t>(*size);
  return true;
}

std::optional<std::string_view> ReplyParser::peek_line() const {
  const std::string_view rest = std::string_view{buffer_}.substr(at_);
  const std::size_t end = rest.find(line_end);
  if (end == std::string_view::npos || end > limits_.line_bytes_max) return std::nullopt;
  return rest.substr(0, end);
}

void ReplyParser::drop(std::size_t count) {
  at_ += count;
  if (at_ < buffer_.size() && at_ < kept_prefix_max) return;
  buffer_.erase(0, std::exchange(at_, 0));
}

void append_command(std::string& out, const std::vector<std::string>& words) {
  out.append("*").append(std::to_string(words.size())).append(line_end);
  for (const std::string& word : words) {
    out.append("$").append(std::to_string(word.size())).append(line_end);
    out.append(word).append(line_end);
  }
}

}  // namespace mainstay::redis
