#include "platform/lane/ticker.hpp"

#include <atomic>

#include <doctest/doctest.h>

namespace mainstay::ticker_test {

TEST_CASE("ticker: started, runs its job again and again until stopped") {
  std::atomic<int> runs{0};
  Ticker ticker{"test", Millis{1}, [&] {
                  ++runs;
                  runs.notify_all();
                }};
  ticker.start();
  for (int seen = runs.load(); seen < 3; seen = runs.load()) runs.wait(seen);
  ticker.stop();
  const int after_stop = runs.load();
  CHECK(after_stop >= 3);
  CHECK(runs.load() == after_stop);
}

TEST_CASE("ticker: never started, stop does nothing") {
  Ticker ticker{"test", Millis{1}, [] {}};
  ticker.stop();
}

TEST_CASE("ticker: a long period, stop does not wait for it") {
  Ticker ticker{"test", Millis{3'600'000}, [] {}};
  ticker.start();
  ticker.stop();
}

}  // namespace mainstay::ticker_test
