#include "base/lanes.hpp"

#include <doctest/doctest.h>

namespace mainstay::lanes_test {

TEST_CASE("lanes: a bit for each number that is equal") {
  alignas(16) std::array<std::uint32_t, 8> eight{7, 0, 0xFFFFFFFF, 7, 0x80000000, 1, 0xFFFF0007, 7};
  CHECK(lanes_equal(eight, 7) == 0b10001001);
  CHECK(lanes_equal(eight, 0) == 0b00000010);
  CHECK(lanes_equal(eight, 0xFFFFFFFF) == 0b00000100);
  CHECK(lanes_equal(eight, 0x80000000) == 0b00010000);
  CHECK(lanes_equal(eight, 0xFFFF0007) == 0b01000000);
  CHECK(lanes_equal(eight, 5) == 0);
  eight.fill(5);
  CHECK(lanes_equal(eight, 5) == 0xFF);
}

}  // namespace mainstay::lanes_test
