#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "platform/jobs/job.hpp"
#include "platform/store/store.hpp"

namespace mainstay::jobs {

/// How a run ended, for end_run().
struct RunEnd {
  std::optional<std::string> error;       // nothing: it is done
  std::optional<SystemTime> next_run_at;  // of a failed one; nothing: it is dead
};

/// What to look for. Newest first.
struct Filter {
  std::optional<State> state = {};
  std::optional<std::string> kind = {};
  std::optional<std::string> id = {};
  std::size_t rows_max = 100;
};

struct KeepEnded {
  Micros done_for{};          // done and cancelled ones
  Micros dead_for{};          // dead ones
  std::int64_t rows_max = 0;  // of all that have ended
};

/// The table's statements, each inside a work of the caller. Rules of states are kept here and
/// nowhere else.
class Table {
 public:
  explicit Table(store::Session& session, store::Engine engine)
      : session_(session), engine_(engine) {}

  /// Whether settle(), or claim() of these kinds and queues, has something to do: a cheap look, by
  /// a reader.
  Result<bool> has_work(std::span<const std::string> kinds, std::span<const std::string> queues,
                        SystemTime now);

  /// Makes scheduled jobs whose time has come queued, and jobs whose lease has passed too: their
  /// worker is gone. Those that lost too many workers are dead. Gives how many were lost.
  Result<std::size_t> settle(SystemTime now);

  /// Takes up to `jobs_max` queued jobs of these kinds and queues for a worker, best first.
  struct Claim {
    std::string worker;
    std::vector<std::string> kinds;
    std::vector<std::string> queues;  // empty: all
    std::size_t jobs_max = 1;
    SystemTime now;
    SystemTime lease_until;
  };
  Result<std::vector<Job>> claim(const Claim& claim);
  /// Takes this one, whatever its time: Errc::unknown, or not_now when it runs or has ended.
  Result<Job> claim_one(std::string_view id, const Claim& claim);

  /// False when the lease was lost: the job is no longer this worker's, nothing is changed.
  Result<bool> end_run(const Job& job, std::string_view worker, const RunEnd& end, SystemTime now);
  /// Prolongs a worker's leases of these jobs, which it has under way.
  Result<> prolong(std::span<const std::string> ids, std::string_view worker,
                   SystemTime lease_until);

  Result<std::vector<Listed>> list(const Filter& filter);
  /// A dead, cancelled or waiting job becomes due now, with its failures forgotten.
  Result<> retry(std::string_view id, SystemTime now);
  /// A waiting job will not run; a running one is left alone (not_now).
  Result<> cancel(std::string_view id, SystemTime now);

  /// How many there are that wait, run or are dead, and queued ones whose kind is not among
  /// `kinds`.
  struct Counts {
    std::map<State, std::int64_t> of;
    std::int64_t unknown_kind = 0;
    std::string an_unknown_kind;
  };
  Result<Counts> count(std::span<const std::string> kinds);
  /// Removes ended jobs that are older, then the oldest beyond the number. Gives how many.
  Result<std::uint64_t> prune(const KeepEnded& keep, SystemTime now);

  /// The newest tick of a schedule that was dealt with; nothing when it is new.
  Result<std::optional<SystemTime>> last_tick(std::string_view schedule);
  /// True for exactly one caller of each tick, in all processes.
  Result<bool> take_tick(std::string_view schedule, SystemTime tick);

 private:
  Result<State> state_of(std::string_view id);
  Result<std::vector<Job>> take(const std::string& chosen, std::vector<store::Value> params);
  [[nodiscard]] std::string_view skip_locked() const;

  store::Session& session_;
  store::Engine engine_;
};

}  // namespace mainstay::jobs
