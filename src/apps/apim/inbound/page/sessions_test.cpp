#include "apps/apim/inbound/page/sessions.hpp"

#include <string>

#include <doctest/doctest.h>

#include "apps/apim/limits.hpp"

namespace mainstay::apim::sessions_test {
namespace {

constexpr SystemTime start{Seconds{1'795'223'566}};
constexpr Seconds second{1};

}  // namespace

TEST_CASE("sessions: open until closed, and only with its own token") {
  Sessions sessions{"key"};
  CHECK_FALSE(sessions.use("a", start));
  sessions.open("a", start);
  CHECK(sessions.use("a", start));
  CHECK_FALSE(sessions.use("b", start));
  CHECK_FALSE(sessions.use("", start));
  sessions.close("b");
  CHECK(sessions.use("a", start));
  sessions.close("a");
  CHECK_FALSE(sessions.use("a", start));
}

TEST_CASE("sessions: over after the idle time, which use begins anew") {
  Sessions sessions{"key"};
  sessions.open("a", start);
  const SystemTime late = start + Limits::page_session_idle_max - second;
  CHECK(sessions.use("a", late));
  CHECK(sessions.use("a", late + Limits::page_session_idle_max - second));
  CHECK_FALSE(sessions.use("a", late + 2 * Limits::page_session_idle_max));
  CHECK(sessions.size() == 0);
}

TEST_CASE("sessions: over at their age, however much they are used") {
  Sessions sessions{"key"};
  sessions.open("a", start);
  SystemTime at = start;
  for (; at < start + Limits::page_session_age_max; at += Limits::page_session_idle_max / 2) {
    REQUIRE(sessions.use("a", at));
  }
  CHECK_FALSE(sessions.use("a", at));
}

TEST_CASE("sessions: a clock set back neither ends nor renews one") {
  Sessions sessions{"key"};
  sessions.open("a", start);
  CHECK(sessions.use("a", start - Limits::page_session_age_max));
  CHECK_FALSE(sessions.use("a", start + Limits::page_session_idle_max));
}

TEST_CASE("sessions: when full, the one that was used longest ago goes") {
  Sessions sessions{"key"};
  for (std::size_t i = 0; i < Limits::page_sessions_max; ++i) {
    sessions.open(std::to_string(i), start + Seconds{static_cast<std::int64_t>(i % 60)});
  }
  const SystemTime later = start + Seconds{60};
  REQUIRE(sessions.use("0", later));
  sessions.open("new", later);
  CHECK(sessions.size() == Limits::page_sessions_max);
  CHECK(sessions.use("0", later));
  CHECK(sessions.use("new", later));
  // Those that are over make room first.
  sessions.open("last", start + Limits::page_session_idle_max + Seconds{59});
  CHECK(sessions.size() == 3);
}

TEST_CASE("sessions: what a change must show differs by token and by process") {
  const Sessions one{"key"};
  const Sessions other{"another key"};
  CHECK(one.csrf_token("a").size() == 64);
  CHECK(one.csrf_token("a") == one.csrf_token("a"));
  CHECK(one.csrf_token("a") != one.csrf_token("b"));
  CHECK(one.csrf_token("a") != other.csrf_token("a"));
}

}  // namespace mainstay::apim::sessions_test
