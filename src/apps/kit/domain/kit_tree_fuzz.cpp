// What can be unpacked packs to the same bytes again.
#include <cstddef>
#include <cstdint>

#include "apps/kit/domain/tree.hpp"
#include "base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto tree = mainstay::kit::unpack({reinterpret_cast<const char*>(data), size});
  if (tree.has_value()) MS_CHECK(*mainstay::kit::unpack(mainstay::kit::pack(*tree)) == *tree);
  return 0;
}
