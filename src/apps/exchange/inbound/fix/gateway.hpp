#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "apps/exchange/directory.hpp"
#include "apps/exchange/inbound/fix/door_store.hpp"
#include "apps/exchange/inbound/fix/login.hpp"
#include "apps/exchange/inbound/fix/reader.hpp"
#include "apps/exchange/inbound/fix/session.hpp"
#include "apps/exchange/venue.hpp"
#include "base/clock.hpp"
#include "platform/stream/server.hpp"

namespace mainstay::log {
class Log;
}

namespace mainstay::exchange::fix {

struct GatewayOptions {
  stream::ServerOptions server;  // but for `open`
  DoorStore::Options store;
  MessageReader::Limits messages;
  std::string comp_id = "MAINSTAY";  // ours: TargetCompID (56) of what comes
  Seconds logon_timeout{10};         // from connecting
  Seconds heartbeat_max{3'600};
  std::size_t sessions_max = 1'000;        // known ones; beyond: a new one is refused
  std::size_t sessions_per_user_max = 16;  // likewise
  std::size_t unanswered_max = 1'000;      // messages of a session; beyond: no more is read
  Millis stop_timeout{3'000};              // for answers to Logout, and what the venue did last
};

/// The FIX 4.4 door (docs/exchange_fix.md): listens, logs clients on, hands their orders to the
/// venue and tells them what came of these, across connections and restarts (docs/adr/0032).
///
/// Life: construct (no effects), bind() or take(), open(), then Venue::listen() and start(),
/// start(), stop() before the venue's. One thread of its own does all the work; the venue's lane
/// only copies for it what concerns accounts that have a FIX session.
class Gateway final : public Listener {
 public:
  Gateway(GatewayOptions options, Venue& venue, const Directory& directory, Login& login,
          journal::FileSystem& files, const Clock& clock, log::Log& log);
  ~Gateway() override;

  /// Errors: http::ServerErrc.
  Result<> bind();
  /// Instead: a socket that is bound, perhaps handed over by a former program.
  void take(http::Descriptor bound);
  /// Brings back what the door knows.
  Result<> open();
  /// The venue has started: serves.
  Result<> start();
  /// Logs clients out, and tells what the venue did until then. Whoever has connected within the
  /// last second may still log on before; who waits in the queue of a socket that a successor gets
  /// is the successor's.
  void stop();

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] Result<> health() const;
  struct Stats {
    stream::ServerStats server;
    std::size_t logged_on = 0;
    std::uint64_t messages_in = 0;   // of sessions, garbled ones not counted
    std::uint64_t messages_out = 0;  // of applications
    std::uint64_t garbled = 0;
    std::uint64_t refused_logons = 0;
  };
  /// Any thread.
  [[nodiscard]] Stats stats() const;

  // Of the venue, on its lane and, settle(), on another thread.
  [[nodiscard]] Sequence heard_up_to() const override;
  void on_outcome(const Outcome& outcome) override;
  void on_batch_end(const Views& views) override;
  [[nodiscard]] bool settle() override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::exchange::fix
