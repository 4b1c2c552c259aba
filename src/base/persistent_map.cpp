#include "base/persistent_map.hpp"

#include <algorithm>
#include <tuple>

namespace mainstay {

void sort(std::vector<HashedKey>& keys) {
  std::sort(keys.begin(), keys.end(), [](const HashedKey& a, const HashedKey& b) {
    return a.hash != b.hash ? a.hash < b.hash
                            : std::tie(*a.key, a.place) < std::tie(*b.key, b.place);
  });
}

}  // namespace mainstay
