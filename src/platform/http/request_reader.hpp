#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "platform/http/message_parser.hpp"

namespace mainstay::http {

/// Bytes in, requests out. Holds the bytes that a request's views point into until finish().
///
/// Life: pooled; a connection borrows one from the first byte of input until nothing is left of it.
/// One thread. Bound: what the limits allow for one head, plus the body, plus one buffer of what
/// follows.
class RequestReader {
 public:
  using Outcome = MessageParser::Outcome;
  static constexpr std::size_t buffer_bytes = 16U << 10U;

  explicit RequestReader(const Limits& limits) : parser_(limits) {}

  /// Room for the next bytes, never empty. Not while a complete request waits for finish().
  std::span<char> space();
  /// So many bytes were written into the space().
  void received(std::size_t count) { end_ += count; }
  /// The same for bytes that lie elsewhere.
  void append(std::string_view bytes);

  /// Looks for the next request. After `complete` request() is there until finish(); after
  /// `refused` nothing more can be read.
  Outcome next();
  [[nodiscard]] const Refusal& refusal() const { return parser_.refusal(); }
  [[nodiscard]] const Message& message() const { return parser_.message(); }
  /// Of the complete message; the connection adds what it knows.
  [[nodiscard]] Request& request() { return request_; }
  void finish();

  /// What came behind the last request that was finished. Valid until the next call.
  [[nodiscard]] std::span<char> rest() { return {buffer_.bytes.get() + begin_, end_ - begin_}; }

  /// The client waits for `100 Continue`. True once a request.
  bool take_expectation() { return parser_.take_expectation(); }
  /// Part of a request is here.
  [[nodiscard]] bool begun() const { return begin_ != end_ || parser_.begun(); }
  [[nodiscard]] bool head_complete() const { return parser_.head_complete(); }
  /// Forgets everything: for another connection.
  void clear();

 private:
  struct Buffer {
    std::unique_ptr<char[]> bytes;
    std::size_t capacity = 0;
  };
  static Buffer make_buffer(std::size_t capacity);
  void ensure_space(std::size_t count);
  void keep_head();
  void fill_request();

  MessageParser parser_;
  Request request_;
  Buffer buffer_;  // unread bytes: [begin_, end_)
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  Buffer head_;  // of an unfinished message whose body goes on in buffer_
  Buffer spare_;
};

}  // namespace mainstay::http
