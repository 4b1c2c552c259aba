#pragma once

#include <atomic>
#include <cstdint>

#include "base/thread_annotations.hpp"

namespace mainstay {

/// A lock of four bytes for short sections that threads seldom meet in: taken and given back by one
/// instruction each, where std::mutex makes two calls. Who meets another waits in the kernel. Not
/// for conditions, and not recursive.
class MS_CAPABILITY("mutex") SmallMutex {
 public:
  void lock() MS_ACQUIRE() {
    std::uint32_t expected = free;
    const bool taken = state_.compare_exchange_strong(expected, held, std::memory_order_acquire,
                                                      std::memory_order_relaxed);
    if (taken) return;
    while (state_.exchange(awaited, std::memory_order_acquire) != free) {
      state_.wait(awaited, std::memory_order_relaxed);
    }
  }
  void unlock() MS_RELEASE() {
    if (state_.exchange(free, std::memory_order_release) == awaited) state_.notify_one();
  }
  bool try_lock() MS_TRY_ACQUIRE(true) {
    std::uint32_t expected = free;
    return state_.compare_exchange_strong(expected, held, std::memory_order_acquire,
                                          std::memory_order_relaxed);
  }

 private:
  static constexpr std::uint32_t free = 0;
  static constexpr std::uint32_t held = 1;
  static constexpr std::uint32_t awaited = 2;  // held, and perhaps somebody waits
  std::atomic<std::uint32_t> state_{free};
};

/// Holds one for its own life.
class MS_SCOPED_CAPABILITY SmallMutexLock {
 public:
  explicit SmallMutexLock(SmallMutex& mutex) MS_ACQUIRE(mutex) : mutex_(mutex) { mutex.lock(); }
  ~SmallMutexLock() MS_RELEASE() { mutex_.unlock(); }
  SmallMutexLock(const SmallMutexLock&) = delete;
  SmallMutexLock& operator=(const SmallMutexLock&) = delete;

 private:
  SmallMutex& mutex_;
};

}  // namespace mainstay
