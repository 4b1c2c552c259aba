#include "apps/clusters/domain/reflector.hpp"

#include <doctest/doctest.h>

namespace mainstay::clusters::reflector_test {

using Effect = Reflector::Effect;
using Event = Reflector::Event;
using ListPage = Reflector::ListPage;
using Wait = Reflector::Wait;
using Watch = Reflector::Watch;

SteadyTime at(std::int64_t millis) { return SteadyTime{Millis{millis}}; }

/// One that asks for pages; or, with `streaming`, for streaming lists first.
Reflector reflector(bool streaming = false) {
  return Reflector{{.page_size = 2, .streaming_lists = streaming}, Random{1}};
}

template <class Step>
Step step(Reflector& of, std::int64_t millis = 0) {
  const Reflector::Step next = of.next(at(millis));
  REQUIRE(std::holds_alternative<Step>(next));
  return std::get<Step>(next);
}

Reflector synced_at(const char* version) {
  Reflector made = reflector();
  step<ListPage>(made);
  CHECK(made.page(version, "", at(0)));
  return made;
}

TEST_CASE("reflector: pages follow each other, then a watch goes on from the list's version") {
  Reflector one = reflector();
  CHECK_FALSE(one.follows());
  CHECK(step<ListPage>(one).resource_version == "0");
  CHECK_FALSE(one.page("10", "token-1", at(0)));
  const auto second = step<ListPage>(one);
  CHECK(second.resource_version.empty());  // the token has it
  CHECK(second.continue_token == "token-1");
  CHECK(second.limit == 2);
  CHECK_FALSE(one.follows());
  CHECK(one.page("10", "", at(0)));
  CHECK(one.follows());

  const auto watch = step<Watch>(one);
  CHECK(watch.resource_version == "10");
  CHECK_FALSE(watch.initial_events);
  CHECK(watch.timeout >= Seconds{300});
  CHECK(watch.timeout <= Seconds{600});
  CHECK(watch.quiet_max > watch.timeout);
  CHECK(watch.quiet_max <= watch.timeout + Seconds{6});
}

TEST_CASE(
    "reflector: every event moves the version, bookmarks too, and the next watch begins there") {
  Reflector one = synced_at("10");
  step<Watch>(one);
  CHECK(one.event(Event::added, "11", false) == Effect::put);
  CHECK(one.event(Event::modified, "12", false) == Effect::put);
  CHECK(one.event(Event::deleted, "13", false) == Effect::remove);
  CHECK(one.event(Event::bookmark, "99", false) == Effect::none);
  one.stream_ended(at(400'000));
  CHECK(step<Watch>(one, 400'000).resource_version == "99");
  CHECK(one.follows());
}

TEST_CASE("reflector: a version that is gone is asked for once more without one, at once") {
  Reflector one = synced_at("10");
  step<Watch>(one);
  one.failed({.status = 410, .text = "too old resource version"}, at(5'000));
  CHECK_FALSE(one.follows());
  CHECK(one.problem() == "too old resource version");
  CHECK(step<ListPage>(one, 5'000).resource_version.empty());
  one.failed({.status = 410, .text = "again"}, at(5'001));
  step<Wait>(one, 5'001);  // a server that goes on like this gets time
  CHECK(step<ListPage>(one, 10'000).resource_version.empty());
  CHECK(one.page("50", "", at(10'000)));
  CHECK(one.problem().empty());
  CHECK(step<Watch>(one, 10'000).resource_version == "50");
}

TEST_CASE("reflector: a continue token that expired begins the list anew") {
  Reflector one = reflector();
  step<ListPage>(one);
  CHECK_FALSE(one.page("10", "token-1", at(0)));
  step<ListPage>(one);
  one.failed({.status = 410, .text = "The provided continue parameter is too old"}, at(0));
  const auto again = step<ListPage>(one);
  CHECK(again.continue_token.empty());
  CHECK(again.resource_version.empty());
}

TEST_CASE("reflector: a version too large for the server is not asked for again") {
  Reflector one = synced_at("10");
  step<Watch>(one);
  one.failed({.status = 504, .version_too_large = true, .text = "Too large resource version"},
             at(0));
  CHECK(step<ListPage>(one).resource_version.empty());
}

TEST_CASE("reflector: a relist asks for nothing older than what was seen") {
  Reflector one = synced_at("10");
  step<Watch>(one);
  one.failed({.status = 404, .text = "the kind was removed"}, at(0));
  step<Wait>(one, 0);
  CHECK(step<ListPage>(one, 60'000).resource_version == "10");
}

TEST_CASE("reflector: failures wait longer and longer, up to a limit, and are forgotten") {
  Reflector one = reflector();
  std::int64_t now = 0;
  std::int64_t least = 800;
  for (int i = 0; i < 9; ++i) {
    CAPTURE(i);
    step<ListPage>(one, now);
    one.failed({.text = "connection refused"}, at(now));
    const auto wait = step<Wait>(one, now).time.count();
    CHECK(wait >= least);
    CHECK(wait <= 2 * least);
    now += wait;
    least = std::min<std::int64_t>(2 * least, 30'000);
  }
  now += 120'000;
  step<ListPage>(one, now);
  one.failed({.text = "connection refused"}, at(now));
  CHECK(step<Wait>(one, now).time <= Millis{1'600});
}

TEST_CASE("reflector: two of them with other randomness do not come back together") {
  Reflector a{{}, Random{1}};
  Reflector b{{}, Random{2}};
  for (Reflector* one : {&a, &b}) {
    step<Watch>(*one);
    one->failed({.text = "down"}, at(0));
  }
  CHECK(step<Wait>(a).time != step<Wait>(b).time);
}

TEST_CASE("reflector: the server's Retry-After counts when it is longer") {
  Reflector one = reflector();
  step<ListPage>(one);
  one.failed({.status = 429, .retry_after = Millis{45'000}, .text = "too many requests"}, at(0));
  CHECK(step<Wait>(one).time == Millis{45'000});
  step<ListPage>(one, 45'000);
  one.failed({.status = 429, .retry_after = Millis{1}, .text = "too many requests"}, at(45'000));
  CHECK(step<Wait>(one, 45'000).time >= Millis{1'600});
}

TEST_CASE("reflector: a forbidden watch waits and goes on from where it was") {
  Reflector one = synced_at("10");
  step<Watch>(one);
  one.failed({.status = 403, .text = "secrets is forbidden"}, at(0));
  CHECK(one.problem() == "secrets is forbidden");
  step<Wait>(one);
  CHECK(step<Watch>(one, 10'000).resource_version == "10");
}

TEST_CASE("reflector: a watch that ends at once is a failure, a long or telling one is none") {
  Reflector one = synced_at("10");
  step<Watch>(one, 0);
  one.stream_ended(at(999));
  step<Wait>(one, 999);
  CHECK_FALSE(one.follows());
  step<Watch>(one, 10'000);
  one.stream_ended(at(11'000));
  CHECK(one.follows());
  step<Watch>(one, 11'000);
  one.event(Event::added, "11", false);
  one.stream_ended(at(11'001));
  CHECK(step<Watch>(one, 11'001).resource_version == "11");
}

TEST_CASE("reflector: a streaming list is buffered until its bookmark, and goes on as a watch") {
  Reflector one = reflector(true);
  const auto first = step<Watch>(one);
  CHECK(first.initial_events);
  CHECK(first.resource_version.empty());
  CHECK(first.quiet_max > first.timeout);  // it goes on as a watch, which may be silent
  CHECK(one.event(Event::added, "90", false) == Effect::buffer);
  CHECK(one.event(Event::added, "20", false) == Effect::buffer);
  CHECK(one.resource_version().empty());
  CHECK(one.event(Event::bookmark, "95", false) == Effect::none);
  CHECK_FALSE(one.follows());
  CHECK(one.event(Event::bookmark, "100", true) == Effect::replace);
  CHECK(one.follows());
  CHECK(one.event(Event::added, "101", false) == Effect::put);
  one.stream_ended(at(400'000));
  const auto later = step<Watch>(one, 400'000);
  CHECK_FALSE(later.initial_events);  // only the first asks for them
  CHECK(later.resource_version == "101");
}

TEST_CASE(
    "reflector: a server that knows no streaming lists is asked for pages, at once and for good") {
  Reflector one = reflector(true);
  CHECK(step<Watch>(one).initial_events);
  one.failed({.status = 422, .text = "sendInitialEvents is forbidden"}, at(0));
  CHECK(step<ListPage>(one).resource_version == "0");
  CHECK(one.page("10", "", at(0)));
  step<Watch>(one);
  one.failed({.status = 410, .text = "gone"}, at(0));
  step<ListPage>(one);
}

TEST_CASE("reflector: a streaming list that ends early falls back to pages") {
  Reflector one = reflector(true);
  step<Watch>(one);
  one.event(Event::added, "90", false);
  one.stream_ended(at(10));
  CHECK(step<ListPage>(one, 10).resource_version == "0");
}

TEST_CASE("reflector: a streaming list that is forbidden or overloaded is tried again") {
  for (const int status : {0, 403, 429, 503}) {
    CAPTURE(status);
    Reflector one = reflector(true);
    step<Watch>(one);
    one.failed({.status = status, .text = "no"}, at(0));
    step<Wait>(one);
    CHECK(step<Watch>(one, 10'000).initial_events);
  }
}

}  // namespace mainstay::clusters::reflector_test
