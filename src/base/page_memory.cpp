#include "base/page_memory.hpp"

#include <cstdlib>
#include <sys/mman.h>

namespace mainstay {
namespace {

constexpr std::size_t page_bytes = std::size_t{2} << 20U;

}  // namespace

void* take_pages(std::size_t bytes) {
  const std::size_t whole = (bytes + page_bytes - 1) / page_bytes * page_bytes;
  void* const memory = std::aligned_alloc(page_bytes, whole);
  if (memory == nullptr) throw std::bad_alloc{};
  (void)::madvise(memory, whole, MADV_HUGEPAGE);  // refused: then in small ones
  return memory;
}

void give_pages(void* memory) { std::free(memory); }

}  // namespace mainstay
