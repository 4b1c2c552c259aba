#pragma once

#include <future>
#include <optional>
#include <type_traits>
#include <utility>

#include "apps/exchange/venue.hpp"

namespace mainstay::exchange {

// Waiting for the venue: for threads that may, never for its own lane or one that serves others.

/// What `ask` makes of the views, on the lane. Nothing: too much waits there.
template <class Ask>
auto look_and_wait(Venue& venue, Ask ask)
    -> std::optional<std::invoke_result_t<Ask&, const Views&>> {
  std::promise<std::invoke_result_t<Ask&, const Views&>> promise;
  auto answer = promise.get_future();
  const bool taken = venue.look([&](const Views& views) { promise.set_value(ask(views)); });
  if (!taken) return std::nullopt;
  return answer.get();
}

/// Submits; what `tell` makes of the outcome, on the lane. Nothing, and nothing done: too much
/// waits there, or the journal takes nothing now.
template <class Tell>
auto submit_and_wait(Venue& venue, AccountId account, CommandBody body, Tell tell)
    -> std::optional<std::invoke_result_t<Tell&, const Outcome&>> {
  std::promise<std::invoke_result_t<Tell&, const Outcome&>> promise;
  auto answer = promise.get_future();
  const bool taken = venue.submit(
      account, std::move(body), [&](const Outcome& outcome) { promise.set_value(tell(outcome)); });
  if (!taken) return std::nullopt;
  return answer.get();
}

}  // namespace mainstay::exchange
