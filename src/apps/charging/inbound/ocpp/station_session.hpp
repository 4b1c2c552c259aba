#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "apps/charging/inbound/ocpp/frame.hpp"
#include "apps/charging/inbound/ocpp/seen_ids.hpp"
#include "apps/charging/inbound/ocpp/tolerance.hpp"
#include "apps/charging/ports/station_host.hpp"
#include "apps/charging/ports/station_link.hpp"
#include "base/sip_hash.hpp"
#include "base/small_mutex.hpp"
#include "platform/ws/peer.hpp"

namespace mainstay::charging::ocpp {

/// What the sessions of a door share. Outlives them.
struct SessionPeers {
  StationHost& host;
  const ToleranceTable& tolerances;
  const SipKey ids;  // so that nobody outside can choose ids that collide
  /// A call has left whose answer is due.
  UniqueFunction<void(const std::shared_ptr<class StationSession>&, std::uint32_t call)> called;

  struct Counters {
    std::atomic<std::uint64_t> calls_in{0};
    std::atomic<std::uint64_t> calls_refused{0};  // answered with an error of ours
    std::atomic<std::uint64_t> bad_frames{0};
    std::atomic<std::uint64_t> repeated_ids{0};
    std::atomic<std::uint64_t> calls_out{0};
    std::atomic<std::uint64_t> calls_timed_out{0};
    std::atomic<std::uint64_t> replies_ignored{0};  // late, or to no call of ours
    std::atomic<std::uint64_t> floods{0};           // connections ended for it
  } counters;
};

/// A station's connection as OCPP sees it: its calls to the host and their answers back, our calls
/// and its answers. Small: an idle one has no queue and few ids.
///
/// Thread: on_text() the connection's I/O thread; the rest any. Never waits, holds no lock while
/// calling out. Bounds: limits.hpp.
class StationSession : public std::enable_shared_from_this<StationSession> {
 public:
  StationSession(SessionPeers& peers, const KnownStation& station, LinkNumber link);
  ~StationSession();

  /// First: where answers go.
  void open(ws::Peer peer) { peer_ = std::move(peer); }
  /// A text message.
  void on_text(std::string_view text, SystemTime at);

  void call(BackendRequest request, CallDone done);
  /// It had until now: fails if it is still the one under way.
  void expire(std::uint32_t call);
  /// The connection has ended: whoever waits is told so, and whoever comes.
  void end();
  void close(ws::CloseCode code, std::string_view why) const { peer_.close(code, why); }

  [[nodiscard]] StationId station() const { return station_; }
  [[nodiscard]] LinkNumber link() const { return link_; }

 private:
  struct Calls;
  struct UnderWay {
    std::uint32_t number = 0;
    std::uint8_t action = 0;  // index in BackendRequest
    CallDone done;
  };
  enum class Registered : std::uint8_t { accepted, pending, rejected, never };

  void on_call(const Frame& frame, SystemTime at);
  void on_reply(const Frame& frame, bool readable, SystemTime at);
  void on_bad_frame(const FrameReading& reading);
  bool note_id(const Frame& frame);
  bool may_call(std::string_view action, SystemTime at);
  void note_firmware(std::string_view payload, SystemTime at);
  void hand_over(StationRequest request, std::string id, SystemTime at);
  void answer(const std::string& id, std::variant<StationAnswer, CallError> outcome);
  void refuse(const std::string& id, const CallError& error);
  void flood(std::string_view why);

  std::optional<CallFailure> obstacle(const BackendRequest& request) const;
  void note_trigger(const BackendRequest& request);
  std::optional<UnderWay> take(std::uint32_t number, std::string& next_frame,
                               std::uint32_t& next_number);
  void send_next(std::string_view frame, std::uint32_t number);

  SessionPeers& peers_;
  const StationId station_;
  const LinkNumber link_;
  ws::Peer peer_;
  SeenIds seen_;
  std::atomic<std::uint32_t> unanswered_{0};
  std::atomic<std::uint32_t> triggered_{0};          // a bit an action that we asked for
  std::atomic<std::uint32_t> triggered_several_{0};  // of these: of all connectors
  std::uint32_t several_ = 0;                        // of these: the first has come
  SystemTime several_until_{};
  std::atomic<Registered> registered_;
  Tolerance tolerance_;
  std::uint8_t bad_frames_ = 0;  // since a good one
  SmallMutex mutex_;
  bool ended_ = false;            // by mutex_
  std::uint32_t last_call_ = 0;   // by mutex_
  std::unique_ptr<Calls> calls_;  // by mutex_; null: nothing is under way
};

}  // namespace mainstay::charging::ocpp
