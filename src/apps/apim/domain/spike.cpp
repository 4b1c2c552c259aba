#include "apps/apim/domain/spike.hpp"

#include <algorithm>

namespace mainstay::apim {
namespace {

__extension__ using Wide = __int128;

constexpr std::int64_t nanos_per_second = 1'000'000'000;
constexpr UnixNanos latest = 9'000'000'000'000'000'000;

// Spans are counted in 1/max of a nanosecond, in which every step of a rule is a whole number.

Wide span_of(const SpikeRule& rule, std::int64_t amount) {
  return Wide{amount} * rule.seconds * nanos_per_second;
}

/// From `now` to the state; negative when it has passed.
Wide ahead(const SpikeRule& rule, const SpikeState& state, UnixNanos now) {
  return Wide{state.at - now} * rule.max + std::min(state.fraction, rule.max - 1);
}

/// `span` behind `from`, which is before it when the span is negative; not before 1970.
SpikeState later(const SpikeRule& rule, UnixNanos from, Wide span) {
  const Wide whole = (span >= 0 ? span : span - rule.max + 1) / rule.max;  // rounded down
  if (from + whole < 0) return {};
  return {static_cast<std::int64_t>(from + whole),
          static_cast<std::int64_t>(span - whole * rule.max)};
}

std::int64_t rounded_up(Wide span, std::int64_t by) {
  return static_cast<std::int64_t>((span + by - 1) / by);
}

}  // namespace

UnixNanos unix_nanos(SystemTime at) {
  const std::int64_t micros = at.time_since_epoch().count();
  return std::clamp<std::int64_t>(micros, 0, latest / 1'000) * 1'000;
}

SpikeState settled(const SpikeRule& rule, const SpikeState& state, UnixNanos now) {
  const Wide span = ahead(rule, state, now);
  if (span <= 0) return {now, 0};
  return later(rule, now, std::min(span, span_of(rule, rule.burst)));
}

std::int64_t drain_time(const SpikeRule& rule, std::int64_t amount) {
  return rounded_up(span_of(rule, std::min(amount, rule.burst)), rule.max);
}

std::int64_t room(const SpikeRule& rule, const SpikeState& state, UnixNanos now) {
  const Wide left = span_of(rule, rule.burst) - ahead(rule, state, now);
  return static_cast<std::int64_t>(left / span_of(rule, 1));
}

std::int64_t wait_for(const SpikeRule& rule, const SpikeState& state, std::int64_t amount,
                      UnixNanos now) {
  if (amount > rule.burst) return -1;
  const Wide over = ahead(rule, state, now) + span_of(rule, amount) - span_of(rule, rule.burst);
  return over <= 0 ? 0 : rounded_up(over, rule.max);
}

std::int64_t wait_for_all(const SpikeRule& rule, const SpikeState& state, UnixNanos now) {
  return rounded_up(ahead(rule, state, now), rule.max);
}

SpikeState advanced(const SpikeRule& rule, const SpikeState& state, std::int64_t amount,
                    UnixNanos at, UnixNanos now) {
  const Wide begun = std::max(ahead(rule, state, now), Wide{at - now} * rule.max);
  return later(rule, now, std::min(begun + span_of(rule, amount), span_of(rule, rule.burst)));
}

}  // namespace mainstay::apim
