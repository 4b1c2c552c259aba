#pragma once

#include <cstddef>
#include <new>

namespace mainstay {

/// Memory in pages of 2 MiB, where the kernel has them to give (transparent huge pages): a table
/// that is read here and there then waits less for addresses to be found. Freed by give_pages().
void* take_pages(std::size_t bytes);
void give_pages(void* memory);

/// For vectors that may become large: those take pages, small ones the usual memory.
template <class T>
struct PageAllocator {
  using value_type = T;
  static constexpr std::size_t large_bytes = std::size_t{4} << 20U;

  PageAllocator() = default;
  template <class Other>
  PageAllocator(const PageAllocator<Other>& /*other*/) {}  // NOLINT(google-explicit-constructor)

  T* allocate(std::size_t count) {
    const std::size_t bytes = count * sizeof(T);  // vectors see to it that it fits
    if (bytes >= large_bytes) return static_cast<T*>(take_pages(bytes));
    return static_cast<T*>(::operator new(bytes, std::align_val_t{alignof(T)}));
  }
  void deallocate(T* memory, std::size_t count) {
    if (count * sizeof(T) >= large_bytes) return give_pages(memory);
    ::operator delete(memory, std::align_val_t{alignof(T)});
  }
  bool operator==(const PageAllocator&) const = default;
};

}  // namespace mainstay
