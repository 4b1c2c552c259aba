#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "platform/http/request_reader.hpp"
#include "platform/http/response.hpp"
#include "platform/http/response_writer.hpp"
#include "platform/http/upgrade.hpp"
#include "platform/tls/context.hpp"

namespace mainstay::http {

class EventLoop;

using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

/// One client's socket. Reads requests, has them answered, keeps the answers in order and sends
/// them when the event loop says so. After an answer 101 its bytes are another protocol's.
///
/// Life: made by the event loop at accept; closes itself; freed by the loop at the end of a wake-up
/// once nothing that may call back is outstanding (pins: waits on the socket, deferred answers,
/// batches held by the commit barrier). Thread: the event loop's, always. Bounds: Limits; while
/// idle it holds neither reader nor output.
class Connection {
 public:
  /// What a client gets that comes when there are too many: 503 (over TLS after the handshake).
  enum class Admission : std::uint8_t { accepted, refused };

  struct Origin {
    std::string peer;
    const Router* router = nullptr;
    const tls::ServerContext* tls = nullptr;  // null: plain
    Admission admission = Admission::accepted;
  };

  Connection(EventLoop& loop, Socket socket, Origin origin);
  ~Connection();

  void start();

  // The event loop calls these.

  /// What was answered so far may be sent: the end of a wake-up without a barrier, or with its
  /// consent.
  void release_all() { released_ = written_; }
  /// The same up to a place in the stream, for a batch that was held.
  void release(std::uint64_t position);
  [[nodiscard]] std::uint64_t written() const { return written_; }
  /// Whether something written and not released must wait for the barrier.
  [[nodiscard]] bool must_wait() const { return promised_ > released_; }
  /// It waits from now on; closed when that takes too long.
  void hold();
  /// Sends what was released, in one piece.
  void flush();
  /// Goes on with input that had to wait for other connections or for output to leave.
  void resume();
  void on_sweep();
  /// Closes when idle; otherwise the next answer is the last. One that has just come is not idle:
  /// its first request is on the way. An upgraded protocol is asked to end.
  void leave();

  /// At once, whatever was going on.
  void close();

  void pin() { ++pins_; }
  void unpin();
  [[nodiscard]] bool closed() const { return phase_ == Phase::closed; }

 private:
  friend class UpgradedStream;

  enum class Phase : std::uint8_t {
    reading,    // requests are read and answered
    deferred,   // one waits for its answer
    upgraded,   // another protocol has it
    closing,    // the last answer is on its way
    lingering,  // sent; the client's end is awaited, so that it can read the answer
    closed,
  };
  /// What the client owes us; each has a time limit.
  enum class Owed : std::uint8_t { nothing, next_request, head, body, handshake, end };

  struct Secure;
  struct Sink;
  class DeferHere;
  struct ReadWait;

  void do_wait_read();
  void on_readable(bool failed);
  void do_read();
  bool do_read_plain(bool& more);
  bool do_read_secure(bool& more);
  void process();
  void resume_later();
  void settle();

  void dispatch(SystemTime now);
  void answer(Response& response, SystemTime now);
  void refuse(const Refusal& refusal);
  void on_completed(std::uint32_t deferral, const UniqueFunction<void(Response&)>& fill);

  void start_upgraded(UpgradedPtr upgraded);
  void do_read_upgraded();
  bool do_read_upgraded_secure(std::span<const char> bytes);

  template <class Append>
  void append_output(Append&& append);
  void write(std::string_view bytes);
  void write(const Response& response, const Framing& framing, SystemTime now);
  [[nodiscard]] std::size_t unsent_bytes() const;
  void seal();
  bool do_send();
  void bound_sending(bool progress, std::size_t waiting);
  void count_sent(std::size_t count);
  void do_wait_write();
  void on_writable(bool failed);
  void on_flushed();

  void begin_closing();
  void take_leave();
  void do_shutdown();
  void do_linger();
  void give_back_reader();

  void expect(Owed owed);
  void on_overdue();

  EventLoop& loop_;
  Socket socket_;
  const Router* router_;
  std::unique_ptr<Secure> secure_;         // null: plain
  std::unique_ptr<RequestReader> reader_;  // null: nothing read that is not answered
  UpgradedPtr upgraded_;                   // null: HTTP
  std::unique_ptr<std::string> output_;    // null: everything was sent
  std::size_t output_sent_ = 0;            // bytes of output_ already sent
  std::uint64_t written_ = 0;              // places in the stream of answers
  std::uint64_t released_ = 0;
  std::uint64_t promised_ = 0;  // behind the last answer that acknowledges something
  std::uint64_t sent_ = 0;
  std::string peer_;
  // From here on there is no gap: an idle connection is little else than this object.
  std::uint32_t complete_at_ = 0;       // microseconds: when the input in hand was read
  std::uint32_t sends_left_ = 0;        // of what waited then; over TLS, ciphertext
  std::uint32_t deferral_ = 0;          // number of the newest deferred answer
  std::uint32_t overdue_at_ = 0;        // tick; 0: never
  std::uint32_t send_overdue_at_ = 0;   // without progress
  std::uint32_t sends_overdue_at_ = 0;  // for all that waited when sending first had to wait
  std::uint32_t fresh_until_ = 0;       // tick; 0: it has had a request, or the time for one
  std::uint32_t held_overdue_at_ = 0;   // while the barrier holds an answer back
  std::uint32_t pins_ = 0;
  std::uint32_t linger_bytes_left_ = 0;

 public:
  /// Its place in the loop's table.
  std::uint32_t slot = 0;
  /// Whether it is in the loop's list of connections with something to send.
  bool listed_for_flush = false;

 private:
  Phase phase_ = Phase::reading;
  Owed owed_ = Owed::nothing;
  Admission admission_;
  bool waiting_read_ = false;
  bool waiting_write_ = false;
  bool end_of_input_ = false;
  bool leaving_ = false;      // the next answer is the last
  bool awaits_turn_ = false;  // in the loop's list for the next wake-up
  bool output_full_ = false;  // reading stopped until it is sent
  bool room_wanted_ = false;  // by the upgraded protocol: told when it is sent
};

}  // namespace mainstay::http
