#pragma once

#include <condition_variable>
#include <mutex>

#include "base/thread_annotations.hpp"

namespace mainstay {

/// std::mutex that clang's thread safety analysis knows. Prefer Locked<T>; this is for classes
/// whose lock guards several members.
class MS_CAPABILITY("mutex") Mutex {
 public:
  void lock() MS_ACQUIRE() { mutex_.lock(); }
  void unlock() MS_RELEASE() { mutex_.unlock(); }
  bool try_lock() MS_TRY_ACQUIRE(true) { return mutex_.try_lock(); }

 private:
  friend class MutexLock;
  std::mutex mutex_;
};

/// Holds a Mutex for its own life; may wait on a condition meanwhile.
class MS_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) MS_ACQUIRE(mutex) : lock_(mutex.mutex_) {}
  ~MutexLock() MS_RELEASE() {}
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  /// Waits until notified; the caller loops over its condition.
  void wait(std::condition_variable& condition) { condition.wait(lock_); }
  /// False when the time was over first.
  template <class Duration>
  bool wait_for(std::condition_variable& condition, Duration duration) {
    return condition.wait_for(lock_, duration) == std::cv_status::no_timeout;
  }

 private:
  std::unique_lock<std::mutex> lock_;
};

}  // namespace mainstay
