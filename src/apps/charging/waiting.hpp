#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <utility>

#include "base/result.hpp"

namespace mainstay::charging {

enum class WaitErrc : std::uint8_t { no_answer = 1 };
inline const ErrorRow& error_row(WaitErrc) {
  static constexpr ErrorRow row{"charging_busy", "too much waits; try again", 503, Retry::yes};
  return row;
}

/// Waits for an answer that comes on another thread: `ask` is called with what
/// takes it. One that is dropped unanswered is WaitErrc::no_answer. For lanes
/// that may block.
template <class T, class Ask>
Result<T> wait_for(Ask ask) {
  auto promise = std::make_shared<std::promise<Result<T>>>();
  auto future = promise->get_future();
  ask([kept = std::exchange(promise, nullptr)](Result<T> answer) {
    kept->set_value(std::move(answer));
  });
  try {
    return future.get();
  } catch (const std::future_error&) {
    return WaitErrc::no_answer;
  }
}

}  // namespace mainstay::charging
