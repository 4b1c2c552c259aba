#include "platform/http/request_reader.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace mainstay::http {

namespace {

constexpr std::size_t space_min = 2U << 10U;

}  // namespace

RequestReader::Buffer RequestReader::make_buffer(std::size_t capacity) {
  return {std::make_unique_for_overwrite<char[]>(capacity), capacity};
}

std::span<char> RequestReader::space() {
  ensure_space(space_min);
  return {buffer_.bytes.get() + end_, buffer_.capacity - end_};
}

void RequestReader::append(std::string_view bytes) {
  if (bytes.empty()) return;
  ensure_space(bytes.size());
  std::memcpy(buffer_.bytes.get() + end_, bytes.data(), bytes.size());
  end_ += bytes.size();
}

/// May move the unread bytes: nothing points into buffer_ between requests, and keep_head() has
/// taken it away from under a message whose head was parsed.
void RequestReader::ensure_space(std::size_t count) {
  if (begin_ == end_) begin_ = end_ = 0;
  if (buffer_.capacity - end_ >= count) return;
  const auto unread = end_ - begin_;
  if (unread + count <= buffer_.capacity) {
    std::memmove(buffer_.bytes.get(), buffer_.bytes.get() + begin_, unread);
  } else {
    auto grown = make_buffer(std::max({buffer_bytes, 2 * buffer_.capacity, unread + count}));
    if (unread > 0) std::memcpy(grown.bytes.get(), buffer_.bytes.get() + begin_, unread);
    buffer_ = std::move(grown);
  }
  begin_ = 0;
  end_ = unread;
}

RequestReader::Outcome RequestReader::next() {
  if (begin_ == end_) return Outcome::need_more;
  std::size_t consumed = 0;
  const bool had_head = parser_.head_complete();
  const auto outcome = parser_.parse({buffer_.bytes.get() + begin_, end_ - begin_}, consumed);
  begin_ += consumed;
  if (outcome == Outcome::complete) fill_request();
  if (outcome == Outcome::need_more && parser_.head_complete() && !had_head) keep_head();
  return outcome;
}

/// The head's bytes stay where they are; what follows them goes into another buffer.
void RequestReader::keep_head() {
  head_ = std::exchange(buffer_, std::exchange(spare_, {}));
  const auto from = std::exchange(begin_, 0);
  const auto unread = std::exchange(end_, 0) - from;
  append({head_.bytes.get() + from, unread});
}

void RequestReader::fill_request() {
  const auto& message = parser_.message();
  request_.method = message.method;
  request_.target = message.target;
  request_.path = message.path;
  request_.query = message.query;
  request_.headers = message.headers;
  request_.body = message.body;
  request_.keep_alive = message.keep_alive;
  request_.http_1_1 = message.http_1_1;
  request_.params.clear();
}

void RequestReader::finish() {
  parser_.clear();
  if (head_.capacity == buffer_bytes) spare_ = std::move(head_);
  head_ = {};
}

void RequestReader::clear() {
  finish();
  begin_ = end_ = 0;
  if (buffer_.capacity > buffer_bytes) buffer_ = {};
}

}  // namespace mainstay::http
