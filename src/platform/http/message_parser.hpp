#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/http/request.hpp"
#include "platform/http/server.hpp"

namespace mainstay::http {

/// Why a message is not taken. Texts are literals.
struct Refusal {
  int status = 400;
  std::string_view code;
  std::string_view detail;
};

/// 1 to 128 characters of [A-Za-z0-9._-].
bool is_request_id(std::string_view text);

/// A message as it came. Views point into the bytes given to the parser; `body` may point to
/// `body_storage`.
struct Message {
  Method method = Method::other;
  std::string_view target;
  std::string_view path;
  std::string_view query;
  std::string_view request_id;  // the client's, when valid
  std::vector<Header> headers;
  std::string_view body;
  std::string body_storage;  // of a body that came in pieces or chunks
  bool http_1_1 = true;
  bool keep_alive = true;
  bool expects_continue = false;

  void clear();
};

/// Finds where a head ends, without looking at what it says: lines end with CRLF, an empty one ends
/// the head. Keeps its place between calls, so every byte is looked at once.
class HeadScanner {
 public:
  explicit HeadScanner(const Limits& limits) : limits_(&limits) {}

  enum class Outcome : std::uint8_t { need_more, complete, refused };
  /// `data` begins with the request line and only ever grows between calls.
  Outcome scan(std::string_view data);

  [[nodiscard]] std::size_t head_bytes() const { return position_; }  // after complete
  [[nodiscard]] std::string_view request_line(std::string_view data) const {
    return data.substr(0, request_line_bytes_);
  }
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }
  [[nodiscard]] bool begun() const { return position_ > 0; }
  void clear();

 private:
  Outcome refuse(int status, std::string_view code, std::string_view detail);
  Outcome check_partial(std::string_view data);
  Outcome check_line(std::string_view line);

  const Limits* limits_;
  std::size_t position_ = 0;  // bytes looked at
  std::size_t line_start_ = 0;
  std::size_t request_line_bytes_ = 0;  // with CRLF; 0: not seen whole
  std::size_t headers_ = 0;
  Refusal refusal_;
};

/// One HTTP/1.x request at a time: Beast's basic_parser behind our limits and the rules that it
/// leaves to its users (Host, transfer codings, target forms, expectations). Nothing is parsed
/// before the head is there whole, so views never need to move. Lives in a pooled RequestReader.
/// One thread.
class MessageParser {
 public:
  enum class Outcome : std::uint8_t { need_more, complete, refused };

  explicit MessageParser(const Limits& limits);
  ~MessageParser();

  /// Parses from `data`: the bytes that no call has consumed yet, in one piece. Bytes of a head,
  /// and of a body that lies in one piece with it, must stay in place until clear().
  Outcome parse(std::string_view data, std::size_t& consumed);

  /// The head was parsed: views point into the bytes.
  [[nodiscard]] bool head_complete() const;
  /// Any byte of a message was seen.
  [[nodiscard]] bool begun() const;
  [[nodiscard]] const Message& message() const { return message_; }
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }

  /// The client waits for `100 Continue`. Answers true once a message.
  bool take_expectation();
  /// Forgets the message; the next parse() begins another.
  void clear();

 private:
  struct Beast;

  bool match_head(std::string_view data, std::size_t& consumed);
  Outcome parse_head(std::string_view data, std::size_t& consumed);
  Outcome parse_body(std::string_view data, std::size_t& consumed);
  Outcome refuse(const Refusal& refusal);

  const Limits* limits_;
  HeadScanner scanner_;
  Message message_;
  Refusal refusal_;
  bool refused_ = false;
  bool matched_ = false;  // the head was a repeated one
  std::unique_ptr<Beast> beast_;
};

}  // namespace mainstay::http
