#include "platform/http/body_stream.hpp"

#include <array>
#include <charconv>
#include <utility>

#include "platform/http/mailbox.hpp"

namespace mainstay::http {

namespace {

constexpr std::string_view last_chunk = "0\r\n\r\n";

void append_chunk(std::string& out, std::string_view bytes) {
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), bytes.size(), 16).ptr;
  out.append(digits.begin(), end);
  out.append("\r\n");
  out.append(bytes);
  out.append("\r\n");
}

}  // namespace

std::shared_ptr<BodyStream> BodyStream::begin(const Request& request, Response& response,
                                              BodyStreamOptions options) {
  response.content_type(options.content_type);
  response.promise_nothing();
  if (request.method == Method::head) return nullptr;
  const Form form = request.http_1_1 ? Form::chunked : Form::bare;
  if (form == Form::chunked) response.header_block("Transfer-Encoding: chunked\r\n");
  response.header_block("Connection: close\r\n");
  const std::shared_ptr<BodyStream> stream{new BodyStream{form, std::move(options)}};
  stream->self_ = stream;
  response.stream(UpgradedPtr{stream.get()});
  return stream;
}

bool BodyStream::send(std::string_view bytes) {
  const std::lock_guard lock{mutex_};
  if (ended_ || cut_off_ || closed_) return false;
  if (bytes.empty()) return true;  // an empty chunk would end the body
  cut_off_ = !waiting_.empty() && waiting_.size() + bytes.size() > options_.unsent_bytes_max;
  if (cut_off_) return false;
  if (form_ == Form::chunked) {
    append_chunk(waiting_, bytes);
  } else {
    waiting_.append(bytes);
  }
  wake();
  return true;
}

void BodyStream::end() {
  const std::lock_guard lock{mutex_};
  if (std::exchange(ended_, true) || closed_) return;
  if (form_ == Form::chunked) waiting_.append(last_chunk);
  wake();
}

bool BodyStream::is_open() const {
  const std::lock_guard lock{mutex_};
  return !ended_ && !cut_off_ && !closed_;
}

/// Under the lock.
void BodyStream::wake() {
  if (!mailbox_ || std::exchange(woken_, true)) return;
  mailbox_->put([self = shared_from_this()] { self->flush(); });
}

void BodyStream::flush() {
  std::string bytes;
  bool ended = false;
  bool cut_off = false;
  {
    const std::lock_guard lock{mutex_};
    woken_ = false;
    if (closed_) return;
    bytes.swap(waiting_);
    ended = ended_;
    cut_off = cut_off_;
  }
  // Whatever its size, a piece may be sent to who has taken all before it.
  const std::size_t unsent = stream_.unsent();
  if (cut_off || (unsent > 0 && unsent + bytes.size() > options_.unsent_bytes_max)) {
    return stream_.abort();
  }
  stream_.write(bytes);
  if (ended) stream_.finish();
}

void BodyStream::on_start(UpgradedStream stream) {
  stream_ = stream;
  const std::lock_guard lock{mutex_};
  mailbox_ = stream.mailbox();
  if (!waiting_.empty() || ended_) wake();
}

void BodyStream::on_end() { stream_.abort(); }

void BodyStream::on_tick() {
  if (options_.on_tick) options_.on_tick();
}

void BodyStream::on_closed() {
  const auto self = std::move(self_);
  {
    const std::lock_guard lock{mutex_};
    closed_ = true;
    waiting_.clear();
    mailbox_.reset();
  }
  if (options_.on_closed) options_.on_closed();
  options_.on_tick = {};
  options_.on_closed = {};
}

}  // namespace mainstay::http
