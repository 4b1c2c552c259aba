#include "apps/exchange/domain/simulation/event_queue.hpp"

#include <map>

#include <doctest/doctest.h>

#include "apps/exchange/domain/models/counter_random.hpp"

namespace mainstay::exchange::simulation::event_queue_test {
using mainstay::exchange::models::CounterRandom;

TEST_CASE("event queue: earliest first, equal times in the order they came") {
  EventQueue queue{1'000};
  queue.push({1'005, 1, 0});
  queue.push({1'000, 2, 0});
  queue.push({1'005, 3, 0});
  queue.push({1'004, 4, 0});
  CHECK(queue.next_time() == 1'000);
  CHECK(queue.pop().target == 2U);
  CHECK(queue.pop().target == 4U);
  queue.push({1'005, 5, 0});
  queue.push({1'004, 6, 0});  // now itself is not too late
  CHECK(queue.pop().target == 6U);
  CHECK(queue.pop().target == 1U);
  queue.push({1'005, 7, 0});
  CHECK(queue.pop().target == 3U);
  CHECK(queue.pop().target == 5U);
  CHECK(queue.pop().target == 7U);
  CHECK(queue.empty());
  queue.push({std::int64_t{1} << 62U, 8, 0});
  CHECK(queue.pop().target == 8U);
}

TEST_CASE("event queue: agrees with an ordered multimap over random pushes and pops") {
  for (const std::int64_t reach : {3, 1'000, 50'000'000}) {
    EventQueue queue;
    std::multimap<std::int64_t, std::uint32_t> expected;  // equal keys in order of insertion
    CounterRandom random{1, static_cast<std::uint64_t>(reach)};
    std::int64_t now = 0;
    for (std::uint32_t n = 0; n < 6'000; ++n) {
      if (random.below(5) < 3 || expected.empty()) {
        const std::int64_t at = now + random.between(0, reach);
        queue.push({at, n, 0});
        expected.emplace(at, n);
      } else {
        now = queue.next_time();
        const auto item = queue.pop();
        REQUIRE(item.at == expected.begin()->first);
        REQUIRE(item.target == expected.begin()->second);
        expected.erase(expected.begin());
      }
      REQUIRE(queue.size() == expected.size());
    }
  }
}

}  // namespace mainstay::exchange::simulation::event_queue_test
