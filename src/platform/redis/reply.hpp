#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace mainstay::redis {

enum class Errc : std::uint8_t {
  url_invalid = 1,
  unreachable,
  timed_out,
  closed,     // by the server, in the middle of an answer
  malformed,  // not the protocol
  too_large,  // beyond ReplyLimits
  refused,    // the server's own words; in the detail
};
const ErrorRow& error_row(Errc code);

/// What a server answers to one command (RESP2).
struct Reply {
  enum class Kind : std::uint8_t { nil, text, integer, error, array };
  Kind kind = Kind::nil;
  std::string text;  // of a text (simple or bulk) and of an error
  std::int64_t integer = 0;
  std::vector<Reply> items;
};

struct ReplyLimits {
  std::size_t line_bytes_max = 64U << 10U;
  std::size_t text_bytes_max = 64U << 20U;
  std::size_t items_max = 1U << 20U;
  std::size_t depth_max = 8;
};

/// Replies from bytes as they arrive, in pieces of any size. One thread.
class ReplyParser {
 public:
  explicit ReplyParser(ReplyLimits limits = {}) : limits_(limits) {}

  void feed(std::string_view bytes) { buffer_.append(bytes); }
  /// The next whole reply; nothing when more bytes are needed. After an error (malformed,
  /// too_large) the stream cannot be read any further.
  Result<std::optional<Reply>> next();

 private:
  struct Open {
    Reply reply;
    std::size_t missing = 0;
  };
  Result<bool> read_value(Reply& out);
  Result<bool> read_bulk(std::string_view length, Reply& out);
  Result<bool> read_array(std::string_view count, Reply& out);
  [[nodiscard]] std::optional<std::string_view> peek_line() const;
  void drop(std::size_t count);

  ReplyLimits limits_;
  std::string buffer_;
  std::size_t at_ = 0;       // of the first byte that was not used
  std::vector<Open> open_;   // arrays whose items still come, outermost first
  std::size_t missing_ = 0;  // items of the array that read_array() has just begun
};

/// A command as the protocol wants it: an array of bulk strings.
void append_command(std::string& out, const std::vector<std::string>& words);

}  // namespace mainstay::redis
