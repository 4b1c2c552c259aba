#include "base/page_memory.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace mainstay::page_memory_test {

TEST_CASE("page memory: a vector that grows from small to large keeps what it has") {
  struct alignas(64) Line {
    std::uint64_t number = 7;
  };
  std::vector<Line, PageAllocator<Line>> lines;
  constexpr std::size_t count = 2 * PageAllocator<Line>::large_bytes / sizeof(Line);
  for (std::size_t i = 0; i < count; ++i) lines.push_back({i});
  bool same = true;
  for (std::size_t i = 0; i < count; ++i) same = same && lines[i].number == i;
  CHECK(same);
  CHECK(reinterpret_cast<std::uintptr_t>(lines.data()) % (2U << 20U) == 0);
  const auto moved = std::move(lines);
  CHECK(moved.back().number == count - 1);
  const std::vector<Line, PageAllocator<Line>> few(3);
  CHECK(few[2].number == 7);
}

}  // namespace mainstay::page_memory_test
