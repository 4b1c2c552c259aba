#pragma once

namespace mainstay {

/// Prints the failed condition with its place to stderr and ends the process (SIGABRT).
[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace mainstay

/// For the impossible only: input and environment failures are Results (style rule 13).
#define MS_CHECK(condition)                            \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::mainstay::check_failed(#condition, __FILE__, __LINE__))
