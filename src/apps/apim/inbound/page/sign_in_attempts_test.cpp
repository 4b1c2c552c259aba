#include "apps/apim/inbound/page/sign_in_attempts.hpp"

#include <string>

#include <doctest/doctest.h>

#include "apps/apim/limits.hpp"

namespace mainstay::apim::sign_in_attempts_test {
namespace {

constexpr SystemTime start{Seconds{1'795'223'566}};
constexpr Seconds none{0};

void use_up(SignInAttempts& attempts, std::string_view peer) {
  for (std::size_t i = 0; i < Limits::sign_in_attempts_max; ++i) {
    REQUIRE(attempts.begin(peer, start) == none);
  }
}

}  // namespace

TEST_CASE("sign-in attempts: so many in a window, then a wait until its end") {
  SignInAttempts attempts;
  use_up(attempts, "10.0.0.1");
  CHECK(attempts.begin("10.0.0.1", start) == Limits::sign_in_window);
  CHECK(attempts.begin("10.0.0.1", start + Millis{1'500}) == Limits::sign_in_window - Seconds{1});
  CHECK(attempts.begin("10.0.0.2", start) == none);
  CHECK(attempts.begin("10.0.0.1", start + Limits::sign_in_window) == none);
}

TEST_CASE("sign-in attempts: a good one makes up for those before it") {
  SignInAttempts attempts;
  use_up(attempts, "10.0.0.1");
  attempts.succeeded("10.0.0.1");
  use_up(attempts, "10.0.0.1");
}

TEST_CASE("sign-in attempts: a clock set back locks nobody out") {
  SignInAttempts attempts;
  use_up(attempts, "10.0.0.1");
  CHECK(attempts.begin("10.0.0.1", start - Seconds{3'600}) == none);
}

TEST_CASE("sign-in attempts: the table is bounded, the oldest go, those that are over first") {
  SignInAttempts attempts;
  use_up(attempts, "first");
  for (std::size_t i = 1; i < Limits::sign_in_peers_max; ++i) {
    attempts.begin(std::to_string(i), start + Seconds{1});
  }
  CHECK(attempts.begin("first", start + Seconds{1}) > none);
  attempts.begin("one more", start + Seconds{2});
  CHECK(attempts.size() == Limits::sign_in_peers_max);
  CHECK(attempts.begin("first", start + Seconds{2}) == none);
  attempts.begin("much later", start + 2 * Limits::sign_in_window);
  CHECK(attempts.size() == 1);
}

}  // namespace mainstay::apim::sign_in_attempts_test
