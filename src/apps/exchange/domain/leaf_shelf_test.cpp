#include "apps/exchange/domain/leaf_shelf.hpp"

#include <cstdint>

#include <doctest/doctest.h>

namespace mainstay::exchange::leaf_shelf_test {

TEST_CASE("leaf shelf: leaves stay where they are, and are used again") {
  LeafShelf shelf;
  const std::uint32_t first = shelf.take();
  LadderLeaf* const at = &shelf[first];
  at->filled = 7;
  for (int i = 0; i < 1'000; ++i) shelf.take();
  CHECK(&shelf[first] == at);
  CHECK(shelf[first].filled == 7);
  CHECK(shelf.size() == 1'001);
  shelf.give_back(500);
  CHECK(shelf.take() == 500);
  CHECK(shelf.size() == 1'001);
  shelf.prefetch(0xFFFFFFFFU, 63);
}

TEST_CASE("leaf shelf: reserved ones are taken in their order, then new ones") {
  LeafShelf shelf;
  shelf.reserve(130);
  CHECK(shelf.size() == 130);
  for (std::uint32_t i = 0; i < 140; ++i) CHECK(shelf.take() == i);
  CHECK(shelf.size() == 140);
}

}  // namespace mainstay::exchange::leaf_shelf_test
