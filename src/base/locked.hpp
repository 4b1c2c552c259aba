#pragma once

#include <mutex>
#include <utility>

#include "base/small_mutex.hpp"

namespace mainstay {

/// Data that can be reached only through its lock: `auto s = subscribers_.lock(); s->add(...)`. Any
/// thread.
template <class T>
class Locked {
 public:
  template <class... Args>
  explicit Locked(Args&&... args) : value_(std::forward<Args>(args)...) {}

  template <class U>
  class Access {
   public:
    Access(SmallMutex& mutex, U& value) : lock_(mutex), value_(&value) {}
    U* operator->() & { return value_; }
    U& operator*() & { return *value_; }
    // A temporary would unlock before the statement ends its use: name the access first.
    U* operator->() && = delete;
    U& operator*() && = delete;

   private:
    std::unique_lock<SmallMutex> lock_;
    U* value_;
  };

  [[nodiscard]] Access<T> lock() { return Access<T>{mutex_, value_}; }
  [[nodiscard]] Access<const T> lock() const { return Access<const T>{mutex_, value_}; }

 private:
  mutable SmallMutex mutex_;
  T value_;
};

}  // namespace mainstay
