#pragma once

#include <cstddef>

namespace mainstay::exchange {

/// Makes room for so many elements, with memory that the kernel has given already: what is stored
/// there later costs neither a copy nor a page fault. The vector is empty.
template <class Vector>
void take_memory(Vector& out, std::size_t count) {
  out.resize(count);
  out.clear();
}

}  // namespace mainstay::exchange
