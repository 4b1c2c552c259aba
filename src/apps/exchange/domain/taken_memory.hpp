#pragma once

#include <cstddef>
#include <vector>

namespace mainstay::exchange {

/// Makes room for so many elements, with memory that the kernel has given already: what is stored
/// there later costs neither a copy nor a page fault. The vector is empty.
template <class T>
void take_memory(std::vector<T>& out, std::size_t count) {
  out.resize(count);
  out.clear();
}

}  // namespace mainstay::exchange
