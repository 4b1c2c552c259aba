#include "base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace mainstay {

void check_failed(const char* condition, const char* file, int line) noexcept {
  std::fprintf(stderr, "%s:%d: impossible state: !(%s)\n", file, line, condition);
  std::abort();
}

}  // namespace mainstay
