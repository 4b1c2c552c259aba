#pragma once

#include <cstdint>

#include "base/clock.hpp"

namespace mainstay::apim {

/// A spike limit, beside the calendar ones: at once at most `burst`, and `max` every `seconds` in
/// the long run, evenly: room comes back one unit every seconds/max. All positive and bounded as
/// check_spike_rule() says, so that nothing below overflows.
struct SpikeRule {
  std::int64_t max = 1;
  std::int64_t seconds = 1;
  std::int64_t burst = 1;
  friend bool operator==(const SpikeRule&, const SpikeRule&) = default;
};

/// Nanoseconds since 1970, UTC; the years 1970 to 2255.
using UnixNanos = std::int64_t;
UnixNanos unix_nanos(SystemTime at);  // clamped to those years

/// When all that was counted will have drained: the "theoretical arrival time" of the generic cell
/// rate algorithm, exact: `at` and `fraction`/max of a nanosecond. The default: nothing to drain.
struct SpikeState {
  UnixNanos at = 0;
  std::int64_t fraction = 0;
  friend bool operator==(const SpikeState&, const SpikeState&) = default;
};

/// The state as it counts now: what has drained is forgotten, and what lies ahead of now by more
/// than the burst takes to drain (the clock was set back, or the rule was tightened) is cut to
/// that, so that nobody is locked out for longer.
SpikeState settled(const SpikeRule& rule, const SpikeState& state, UnixNanos now);

/// Nanoseconds that `amount`, at most a burst, takes to drain.
std::int64_t drain_time(const SpikeRule& rule, std::int64_t amount);

// Of a settled state:

/// How many units fit now, at most `burst`.
std::int64_t room(const SpikeRule& rule, const SpikeState& state, UnixNanos now);
/// Nanoseconds until `amount` fits; 0: now; -1: never, it is more than the burst.
std::int64_t wait_for(const SpikeRule& rule, const SpikeState& state, std::int64_t amount,
                      UnixNanos now);
/// Nanoseconds until all room is back.
std::int64_t wait_for_all(const SpikeRule& rule, const SpikeState& state, UnixNanos now);

/// After `amount` at the moment `at`, not later than `now`, whether it fits or not: what was
/// reported was used. Never further ahead of now than a full burst. Takes any state, settled or
/// not: what was used while there was room has drained since.
SpikeState advanced(const SpikeRule& rule, const SpikeState& state, std::int64_t amount,
                    UnixNanos at, UnixNanos now);

}  // namespace mainstay::apim
