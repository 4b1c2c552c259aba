#pragma once

#include <future>
#include <memory>
#include <utility>

#include "base/result.hpp"

namespace mainstay {

/// Waits for an answer that comes on another thread: `ask` is called with what takes it. One that
/// is dropped unanswered is the error `dropped`. For threads that may block.
template <class T, class Code, class Ask>
Result<T> wait_for(Ask ask, Code dropped) {
  auto promise = std::make_shared<std::promise<Result<T>>>();
  auto future = promise->get_future();
  ask([kept = std::exchange(promise, nullptr)](Result<T> answer) {
    kept->set_value(std::move(answer));
  });
  try {
    return future.get();
  } catch (const std::future_error&) {
    return dropped;
  }
}

}  // namespace mainstay
