#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "apps/apim/domain/steady_clock.hpp"
#include "apps/apim/outbound/memory/striped_counters.hpp"
#include "apps/apim/ports/deleted_services.hpp"
#include "apps/apim/ports/usage_history.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"

namespace mainstay::apim {

/// Copies changed windows of an hour and longer from the counters into the history, pass after
/// pass, and takes care of what follows: it erases there what was erased here, reads back what was
/// let go of and counted in again, lets go of what memory need not hold, and expires the history.
///
/// Rows that were taken are written, tried again with back-off until they are; nothing else goes on
/// meanwhile, so memory lets go of nothing that the history lacks. The log is on disk before the
/// history is written: the history never knows more than recovery brings back.
///
/// tick() is called often by one thread, not an I/O thread; it does one step and paces itself. The
/// readings: any thread.
class CountersMirror {
 public:
  struct Options {
    Millis every{1'000};                 // the least time from the begin of a pass to the next
    std::size_t rows_per_write = 2'000;  // some fifteen milliseconds of the store
    double share_max = 0.08;             // of one core's time
    Millis retry_first{1'000};
    Millis retry_max{60'000};
    Seconds let_go_every{600};
    Seconds let_go_after{600};  // of a steady clock
    Seconds expire_every{600};
    Seconds expire_after{3'600};  // of a steady clock
  };
  using Sync = UniqueFunction<Result<>()>;

  /// `sync_log` returns when the counters' log is on disk.
  CountersMirror(StripedCounters& counters, UsageHistory& history, DeletedServices& deleted,
                 const Clock& clock, Sync sync_log, Options options)
      : counters_(counters),
        history_(history),
        deleted_(deleted),
        clock_(clock),
        sync_log_(std::move(sync_log)),
        options_(options),
        pass_began_(clock.steady()),
        mirrored_upto_(clock.steady().time_since_epoch().count()) {}

  /// An error once, when it first fails after a success; it is tried again by itself.
  Result<> tick();
  /// Ends with everything mirrored, or the error that stood in the way. Nothing is counted any
  /// more.
  Result<> finish();

  /// The age of the oldest count that the history may lack.
  [[nodiscard]] Micros lag() const;
  [[nodiscard]] std::uint64_t rows_written() const { return rows_written_; }
  [[nodiscard]] std::uint64_t failures() const { return failures_; }

 private:
  Result<> step();
  Result<> write_batch();
  void note_end_of_pass();
  Result<> read_back();
  Result<bool> erase_some();
  Result<> begin_erasure(const StripedCounters::Erasure& erasure);
  bool take_changes();
  Result<bool> keep_house();
  void pause_after(SteadyTime began, bool failed);

  StripedCounters& counters_;
  UsageHistory& history_;
  DeletedServices& deleted_;
  const Clock& clock_;
  Sync sync_log_;
  Options options_;

  StripedCounters::Changes batch_;  // taken, not written yet
  bool in_pass_ = false;
  bool pass_is_whole_ = true;  // nothing of it was read back
  SteadyTime pass_began_;
  std::vector<StripedCounters::Erasure> erasing_;  // none, or the one that is at work
  std::vector<DeletedService> erasing_marks_;      // that were there before it began
  bool purging_ = true;
  SteadyClock steady_clock_;
  SteadyTime next_let_go_{};
  SteadyTime next_expiry_{};
  bool expiring_ = false;

  SteadyTime next_{};
  Millis retry_after_{0};  // 0: the last step went well
  std::atomic<SteadyTime::rep> mirrored_upto_;
  std::atomic<std::uint64_t> rows_written_{0};
  std::atomic<std::uint64_t> failures_{0};
};

}  // namespace mainstay::apim
