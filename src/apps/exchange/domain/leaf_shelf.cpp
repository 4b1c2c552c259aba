#include "apps/exchange/domain/leaf_shelf.hpp"

namespace mainstay::exchange {

void LeafShelf::reserve(std::size_t leaves) {
  while (made_ < leaves) make();
  free_.reserve(leaves);
  while (free_.size() < leaves) give_back(static_cast<std::uint32_t>(leaves - free_.size() - 1));
}

std::uint32_t LeafShelf::make() {
  if (pieces_.back().size() == width) add_piece();
  pieces_.back().emplace_back();
  return made_++;
}

}  // namespace mainstay::exchange
