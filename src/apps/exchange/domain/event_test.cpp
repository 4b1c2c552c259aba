#include "apps/exchange/domain/event.hpp"

#include <utility>

#include <doctest/doctest.h>

namespace mainstay::exchange {
namespace {

void add(Events& out, std::uint64_t from, std::uint64_t to) {
  for (std::uint64_t id = from; id < to; ++id) out.append().order = OrderId{id};
}

TEST_CASE("events keep their order however many they are") {
  Events events;
  CHECK(events.empty());
  add(events, 0, 1'000);
  REQUIRE(events.size() == 1'000);
  std::uint64_t expected = 0;
  for (const Event& event : events) CHECK(event.order == OrderId{expected++});
  CHECK(events.front().order == OrderId{0});
  CHECK(events[500].order == OrderId{500});
  CHECK(events.back().order == OrderId{999});
}

TEST_CASE("an event is blank, also where another one was") {
  Events events;
  add(events, 7, 9);
  events.clear();
  CHECK(events.empty());
  CHECK(events.append() == Event{});
  CHECK(events.size() == 1);
}

TEST_CASE("events that were moved away are none, and more may come") {
  Events from;
  add(from, 0, 20);
  Events to = std::move(from);
  CHECK(to.size() == 20);
  CHECK(from.empty());  // NOLINT(bugprone-use-after-move)
  add(from, 20, 21);
  CHECK(from.front().order == OrderId{20});
  from = std::move(to);
  CHECK(from.size() == 20);
  CHECK(from.back().order == OrderId{19});
  CHECK(to == Events{});  // NOLINT(bugprone-use-after-move)
}

}  // namespace
}  // namespace mainstay::exchange
