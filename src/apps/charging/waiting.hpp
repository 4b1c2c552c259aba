#pragma once

#include <cstdint>
#include <utility>

#include "base/result.hpp"
#include "platform/lane/wait_for.hpp"

namespace mainstay::charging {

enum class WaitErrc : std::uint8_t { no_answer = 1 };
inline const ErrorRow& error_row(WaitErrc) {
  static constexpr ErrorRow row{"charging_busy", "too much waits; try again", 503, Retry::yes};
  return row;
}

/// As platform/lane/wait_for.hpp; what is dropped unanswered is WaitErrc::no_answer.
template <class T, class Ask>
Result<T> wait_for(Ask ask) {
  return mainstay::wait_for<T>(std::move(ask), WaitErrc::no_answer);
}

}  // namespace mainstay::charging
