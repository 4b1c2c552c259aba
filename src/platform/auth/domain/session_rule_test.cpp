#include "platform/auth/domain/session_rule.hpp"

#include <doctest/doctest.h>

namespace mainstay::auth::session_rule_test {
namespace {

constexpr SystemTime start{Seconds{1'795'223'566}};
constexpr SessionRule rule{{Seconds{100}, Seconds{1'000}}, {Seconds{5'000}, Seconds{9'000}}};

}  // namespace

TEST_CASE("session rule: over without use, and over in all") {
  SessionTimes times{start, start, false};
  CHECK_FALSE(is_over(rule, times, start + Seconds{99}));
  CHECK(is_over(rule, times, start + Seconds{100}));
  times.used = start + Seconds{950};
  CHECK_FALSE(is_over(rule, times, start + Seconds{999}));
  CHECK(is_over(rule, times, start + Seconds{1'000}));
  CHECK(end_of(rule, times) == start + Seconds{1'000});
}

TEST_CASE("session rule: one that is remembered lasts longer") {
  const SessionTimes times{start, start, true};
  CHECK_FALSE(is_over(rule, times, start + Seconds{4'999}));
  CHECK(is_over(rule, times, start + Seconds{5'000}));
}

TEST_CASE("session rule: a clock set back ends nothing") {
  CHECK_FALSE(is_over(rule, {start, start, false}, start - Seconds{500}));
}

TEST_CASE("session rule: a token has what its owner still has") {
  const std::vector<std::string> roles{"admin", "reader"};
  CHECK(effective_roles(roles, "*") == roles);
  CHECK(effective_roles(roles, "reader writer") == std::vector<std::string>{"reader"});
  CHECK(effective_roles(roles, "").empty());
  CHECK(effective_roles({}, "*").empty());
}

}  // namespace mainstay::auth::session_rule_test
