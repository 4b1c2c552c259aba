#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "base/unique_function.hpp"
#include "platform/http/request.hpp"
#include "platform/http/response.hpp"
#include "platform/http/upgrade.hpp"

namespace mainstay::http {

struct BodyStreamOptions {
  /// Must outlive the answer: a literal in practice.
  std::string_view content_type = "text/event-stream";
  /// What the client has not taken; beyond it is too slow, and the connection is closed.
  std::size_t unsent_bytes_max = 4U << 20U;
  // Both on the connection's I/O thread; may be empty.
  UniqueFunction<void()> on_tick = {};    // at least once a second, for deadlines and signs of life
  UniqueFunction<void()> on_closed = {};  // once, last: nothing that is sent arrives any more
};

/// The body of an answer that goes on as long as there is news: Server-Sent Events, watches. Sent
/// in chunks (RFC 9112 7.1; to an HTTP/1.0 client bare); the connection ends with it.
///
/// Life: begin() within a handler, which fills in status and headers and no body; the connection
/// keeps the object until on_closed, whoever feeds it may keep it longer. Bounds: see the options;
/// what the client sends meanwhile is ignored.
class BodyStream final : public Upgraded, public std::enable_shared_from_this<BodyStream> {
 public:
  /// Null for HEAD, which gets no body.
  static std::shared_ptr<BodyStream> begin(const Request& request, Response& response,
                                           BodyStreamOptions options);

  /// Any thread. False when it has ended or was cut off.
  bool send(std::string_view bytes);
  /// Any thread. Ends the body once what was sent has left.
  void end();
  [[nodiscard]] bool is_open() const;

 private:
  enum class Form : bool { bare, chunked };

  BodyStream(Form form, BodyStreamOptions options) : form_(form), options_(std::move(options)) {}

  void on_start(UpgradedStream stream) override;
  void on_input(std::span<char>) override {}
  void on_end() override;
  void on_room() override {}
  void on_tick() override;
  void on_leave(Departure) override { end(); }
  void on_closed() override;

  void wake();
  void flush();

  const Form form_;
  BodyStreamOptions options_;
  std::shared_ptr<BodyStream> self_;  // as long as the connection points here
  UpgradedStream stream_;             // of the I/O thread

  mutable std::mutex mutex_;
  std::string waiting_;               // framed
  std::shared_ptr<Mailbox> mailbox_;  // null before on_start()
  bool woken_ = false;                // a flush() is on its way
  bool ended_ = false;
  bool cut_off_ = false;  // too much waits
  bool closed_ = false;
};

}  // namespace mainstay::http
