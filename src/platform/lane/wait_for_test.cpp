#include "platform/lane/wait_for.hpp"

#include <cstdint>
#include <functional>
#include <thread>
#include <utility>

#include <doctest/doctest.h>

namespace mainstay {
namespace {

enum class WaitTestErrc : std::uint8_t { dropped = 1 };
const ErrorRow& error_row(WaitTestErrc) {
  static constexpr ErrorRow row{"dropped", "nobody answered"};
  return row;
}
using Take = std::function<void(Result<int>)>;

TEST_CASE("wait for: an answer that comes on another thread") {
  std::thread answers;
  const auto got = wait_for<int>(
      [&](Take take) { answers = std::thread{[take = std::move(take)] { take(7); }}; },
      WaitTestErrc::dropped);
  answers.join();
  CHECK(got.value() == 7);
}

TEST_CASE("wait for: one that is dropped unanswered is an error") {
  const auto got = wait_for<int>([](const Take&) {}, WaitTestErrc::dropped);
  CHECK(got.error().is(WaitTestErrc::dropped));
}

}  // namespace
}  // namespace mainstay
