#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::store {
struct Migration;
}

namespace mainstay::jobs {

enum class Errc : std::uint8_t {
  refused = 1,  // a name, number or payload beyond its bounds; the detail says which
  unknown,      // no job has this id
  not_now,      // the job's state does not allow it
  give_up,      // for handlers: trying again is of no use, the job is dead at once
  failed,       // a handler's own failure: later it may go well
};
const ErrorRow& error_row(Errc code);

struct Limits {
  std::size_t name_bytes_max = 64;  // of a queue's name and of a kind: a-z, 0-9, . _ -
  std::size_t unique_key_bytes_max = 255;
  std::size_t payload_bytes_max = 1U << 20U;
  std::size_t error_bytes_max = 2'000;  // of an error kept
  std::int64_t failures_max_most = 100;
  std::int64_t priority_most = 1'000;  // and its negative the least
  std::int64_t losses_max = 10;        // a job that so often took its worker along is dead
};
inline constexpr Limits limits;

/// scheduled (waits for its time), queued (due), running; ended: done, dead (failed too often) and
/// cancelled.
enum class State : std::uint8_t { scheduled, queued, running, done, dead, cancelled };
std::string_view name_of(State state);
std::optional<State> parse_state(std::string_view name);

/// What `enqueue` is told beside kind and payload.
struct Options {
  std::string queue = "default";
  std::optional<std::string> unique_key = {};  // while one of this kind and key waits or runs, none
                                               // is added
  std::optional<SystemTime> run_at = {};       // not before
  std::int64_t failures_max = 10;              // so many failed runs make it dead
  std::int64_t priority = 0;                   // higher first
  bool is_secret = false;  // the payload is never shown, and emptied when the job has ended
};

/// A job as its handler gets it.
struct Job {
  std::string id;
  std::string queue;
  std::string kind;
  std::string payload;
  std::int64_t failures = 0;  // so many runs gave an error before
  std::int64_t failures_max = 0;
  std::int64_t losses = 0;  // in so many runs the worker vanished
  SystemTime run_at;        // when it was due
  SystemTime started_at;
};

/// A job as people see it.
struct Listed {
  Job job;  // the payload is empty when it is secret
  State state = State::queued;
  bool is_secret = false;
  std::int64_t priority = 0;
  std::optional<std::string> unique_key;
  SystemTime made_at;
  std::optional<SystemTime> started_at;
  std::optional<SystemTime> ended_at;
  std::optional<SystemTime> lease_until;
  std::string worker;
  std::string last_error;
};

/// The schema changes, embedded from migrations/.
std::span<const store::Migration> migrations();

}  // namespace mainstay::jobs
