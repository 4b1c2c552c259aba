#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>

#include "apps/exchange/domain/engine.hpp"
#include "apps/exchange/domain/event.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "platform/journal/journal.hpp"

namespace mainstay::exchange {

class MarketData;  // domain/market_data.hpp: trades, candles, tickers, changes of the depth
class OrderLog;  // domain/order_log.hpp: orders with what became of them, the newest finished ones

/// What readers see, between two commands.
struct Views {
  const Engine& engine;
  const OrderLog& orders;
  const MarketData& market;
};

/// A command that was carried out, and what came of it.
struct Outcome {
  const Command& command;  // with its sequence and time; a placed order's id is the sequence
  std::span<const Event> events;
  const Views& views;  // behind all commands of its batch

  /// `none` when it was taken.
  [[nodiscard]] Reject reject() const;
};

/// Watches all that happens: called on the venue's lane, for each command in order, when its batch
/// is as durable as the setting wants, before the one who submitted it is told. Must be quick, and
/// must not wait for anything.
struct Listener {
  virtual ~Listener() = default;
  virtual void on_outcome(const Outcome& outcome) = 0;
  /// Around all that the lane tells of a batch: before its first outcome, and behind its last look.
  virtual void on_telling() {}
  virtual void on_told() {}
  /// Behind the last outcome of a batch: the time to send what was gathered. Also once by start(),
  /// with what there is then.
  virtual void on_batch_end(const Views& views) = 0;

  // For listeners that remember across restarts what they heard (docs/adr/0032).

  /// start() tells again what came behind this command. Called by it; the default: nothing is.
  [[nodiscard]] virtual Sequence heard_up_to() const {
    return std::numeric_limits<Sequence>::max();
  }
  /// Returns when what was heard will not be needed again: a snapshot is about to cover it. Called
  /// on the thread of snapshots; may wait some seconds, but not for the venue. False: it cannot be
  /// said yet; the snapshot is made another time.
  [[nodiscard]] virtual bool settle() { return true; }
};

struct VenueOptions {
  journal::Options journal;
  std::size_t queue_max = 65'536;                    // commands and looks that wait
  std::uint64_t snapshot_every_bytes = 256U << 20U;  // of journal
  EngineOptions engine;
};

/// The one lane that owns all accounts and books (docs/adr/0030): takes commands in the order of
/// their coming, stamps sequence and time, carries them out, writes them to the journal, and then
/// says what came of them. What was acknowledged is in the journal.
///
/// Life: construct (no effects), listen(), start(), stop(). Any thread may submit and look.
class Venue {
 public:
  Venue(VenueOptions options, const Clock& clock, journal::FileSystem& files);
  ~Venue();

  /// Before start().
  void listen(Listener& listener);

  /// Brings the state back: the newest snapshot and the journal behind it.
  Result<> start();
  /// Carries out what waits, then ends.
  void stop();

  /// Whether the lane is told at once that something was submitted.
  enum class Wake : std::uint8_t {
    now,
    later  // by wake(), which whoever submits calls soon
  };
  using Done = UniqueFunction<void(const Outcome&)>;
  /// False, and nothing done: too much waits, or the journal takes nothing now; answer 503. `done`
  /// runs on the lane behind the listeners; it may be empty. A placed order's id is overwritten.
  /// `origin`: Command::origin.
  [[nodiscard]] bool submit(AccountId account, CommandBody body, Done done,
                            std::uint64_t origin = 0, Wake when = Wake::now);
  void wake();

  /// Runs `look` on the lane behind all commands submitted before by this thread. It must be quick:
  /// at most some thousand rows. False: too much waits.
  [[nodiscard]] bool look(UniqueFunction<void(const Views&)> look, Wake when = Wake::now);

  /// Runs `mark` on the lane between the outcomes of commands that this thread submitted before and
  /// of those behind: what listens from a moment on begins so. The same order and bound.
  [[nodiscard]] bool mark(UniqueFunction<void()> mark);

  /// Whether the journal can be written. Any thread, between start() and stop().
  [[nodiscard]] Result<> health() const;

  struct Stats {
    std::uint64_t commands = 0;
    std::uint64_t rejected = 0;
    std::uint64_t trades = 0;
    std::uint64_t snapshots = 0;
    std::uint64_t snapshots_failed = 0;
    std::size_t waiting = 0;  // commands and looks
  };
  [[nodiscard]] Stats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::exchange
