#include "base/random.hpp"

#include <array>

#include <doctest/doctest.h>

namespace mainstay::random_test {

TEST_CASE("random: the published splitmix64 sequence of seed 1234567") {
  Random random{1234567};
  CHECK(random.next() == 6457827717110365317U);
  CHECK(random.next() == 3203168211198807973U);
  CHECK(random.next() == 9817491932198370423U);
}

TEST_CASE("random: below stays below and reaches everything") {
  Random random{7};
  std::array<int, 6> seen{};
  for (int i = 0; i < 6000; ++i) ++seen.at(random.below(6));
  for (const int count : seen) CHECK(count > 800);
  CHECK(random.below(1) == 0U);
}

TEST_CASE("secret_hex: asked length, lower-case digits, never twice the same") {
  const std::string secret = secret_hex(300);
  CHECK(secret.size() == 600);
  CHECK(secret.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(secret_hex(16) != secret_hex(16));
  CHECK(secret_hex(0).empty());
}

}  // namespace mainstay::random_test
