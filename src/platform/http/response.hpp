#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/unique_function.hpp"
#include "platform/http/upgrade.hpp"

namespace mainstay::http {

class Mailbox;
class Response;

/// The right to answer later, from any thread, once. Dropping it unanswered sends 500, so that no
/// client waits for ever; answering a connection that has gone does nothing.
class Deferred {
 public:
  struct Sink;  // the server's end
  explicit Deferred(std::shared_ptr<Sink> sink) : sink_(std::move(sink)) {}
  Deferred(Deferred&&) = default;
  /// Swaps, so that what was here before is still answered when `other` goes.
  Deferred& operator=(Deferred&& other) noexcept {
    sink_.swap(other.sink_);
    return *this;
  }
  ~Deferred();

  /// Runs `fill` on the connection's I/O thread with an empty Response, then sends that; unless
  /// `fill` defers once more (so that a handler can run behind something that was waited for). It
  /// does not run when the connection has gone: within it the request is still there.
  void complete(UniqueFunction<void(Response&)> fill);

 private:
  std::shared_ptr<Sink> sink_;
};

/// Something that handlers of one wake-up want done once behind all of them, such as waking another
/// thread for what they left it together.
class AfterHandlers {
 public:
  /// On the I/O thread.
  virtual void after_handlers() = 0;

 protected:
  ~AfterHandlers() = default;
};

/// While it lives, answers that this thread completes are gathered: each event loop they are for is
/// woken once, at the end of it. For threads that answer many requests together. Not nested.
class AnswersTogether {
 public:
  AnswersTogether();
  ~AnswersTogether();
  AnswersTogether(const AnswersTogether&) = delete;
  AnswersTogether& operator=(const AnswersTogether&) = delete;

 private:
  std::vector<std::shared_ptr<Mailbox>> waiting_;
};

/// What a handler fills in. One object per I/O thread is reused, so its buffers keep their
/// capacity. The server adds Content-Length, Date, Connection and X-Request-ID (the latter when the
/// client sent one).
class Response {
 public:
  void clear();

  void status(int code) { status_ = code; }
  [[nodiscard]] int status() const { return status_; }

  /// Must outlive the answer: a literal in practice. Empty: no Content-Type header.
  void content_type(std::string_view type) { content_type_ = type; }
  [[nodiscard]] std::string_view content_type() const { return content_type_; }

  /// Appends a header line. Names and values are ours or checked: CR and LF in a value are replaced
  /// by a blank.
  void header(std::string_view name, std::string_view value);
  /// Whole header lines, each ended by CRLF, for blocks that never change.
  void header_block(std::string_view lines) { headers_.append(lines); }
  [[nodiscard]] const std::string& header_lines() const { return headers_; }

  [[nodiscard]] std::string& body() { return body_; }
  [[nodiscard]] const std::string& body() const { return body_; }

  /// This answer acknowledges no change: it need not wait for the commit barrier, and leaves even
  /// while the disk fails. For reads and for refusals.
  void promise_nothing() { promises_ = false; }
  [[nodiscard]] bool promises() const { return promises_; }

  /// Closes the connection after this answer.
  void close_connection() { close_ = true; }
  [[nodiscard]] bool closes_connection() const { return close_; }

  /// Answers 101 and gives the connection to another protocol. The caller adds the header lines
  /// that say so; nothing is promised. Whatever the client sent behind its request goes there.
  void upgrade(UpgradedPtr to) {
    status(101);
    promise_nothing();
    upgraded_ = std::move(to);
  }
  [[nodiscard]] bool upgrades() const { return upgraded_ != nullptr; }
  /// Sends the head alone, without a length, and gives the connection to what tells the body: see
  /// body_stream.hpp. Nothing is promised.
  void stream(UpgradedPtr to) {
    promise_nothing();
    streams_ = true;
    upgraded_ = std::move(to);
  }
  [[nodiscard]] bool streams() const { return streams_; }
  [[nodiscard]] UpgradedPtr take_upgraded() { return std::move(upgraded_); }

  /// Answer later: the handler returns, and the Deferred completes. Later requests of this
  /// connection wait.
  [[nodiscard]] Deferred defer();
  [[nodiscard]] bool deferred() const { return deferred_; }

  /// `what` is called behind all handlers of this wake-up, once; it lives as long as the server.
  void after_handlers(AfterHandlers& what) {
    point_ != nullptr ? point_->after_handlers(what) : what.after_handlers();
  }

  /// Set by the server before it calls a handler: makes the sink when somebody defers.
  struct DeferPoint {
    virtual std::shared_ptr<Deferred::Sink> make_sink() = 0;
    /// At once, where nobody knows of wake-ups.
    virtual void after_handlers(AfterHandlers& what) { what.after_handlers(); }

   protected:
    ~DeferPoint() = default;
  };
  void defer_point(DeferPoint* point) { point_ = point; }
  /// So that what stands around a handler can put itself in between; null outside a server.
  [[nodiscard]] DeferPoint* defer_point() const { return point_; }

 private:
  int status_ = 200;
  bool close_ = false;
  bool promises_ = true;
  bool deferred_ = false;
  bool streams_ = false;
  std::string_view content_type_;
  std::string headers_;
  std::string body_;
  UpgradedPtr upgraded_;
  DeferPoint* point_ = nullptr;
};

/// The server's end of a Deferred: called at most once, from any thread.
struct Deferred::Sink {
  virtual ~Sink() = default;
  virtual void complete(UniqueFunction<void(Response&)> fill) = 0;
};

/// RFC 9457 `application/problem+json`:
/// {"type":"about:blank","title":..,"status":..,"code":..,"detail":..}.
void problem(Response& response, int status, std::string_view code, std::string_view detail);

}  // namespace mainstay::http
