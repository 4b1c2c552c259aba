#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace mainstay::ws {

/// Counts its owners; the last one frees it. std::shared_ptr in half the space: an idle connection
/// is a few of them. Any thread.
template <class T>
class Counted {
 public:
  void retain() { owners_.fetch_add(1, std::memory_order_relaxed); }
  void release() {
    if (owners_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      std::unique_ptr<T>{static_cast<T*>(this)}.reset();
    }
  }

 protected:
  Counted() = default;
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() = default;

 private:
  std::atomic<std::uint32_t> owners_{1};
};

/// An owner of a Counted.
template <class T>
class Ref {
 public:
  Ref() = default;
  /// One more owner.
  explicit Ref(T& object) : object_(&object) { object.retain(); }
  /// Takes over an ownership: that of a new object, or one that was given away.
  static Ref adopt(T* object) {
    Ref ref;
    ref.object_ = object;
    return ref;
  }
  Ref(const Ref& other) : object_(other.object_) {
    if (object_) object_->retain();
  }
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_) object_->release();
  }

  /// Gives the ownership away.
  [[nodiscard]] T* give() { return std::exchange(object_, nullptr); }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  [[nodiscard]] T* get() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }
  friend bool operator==(const Ref&, const Ref&) = default;

 private:
  T* object_ = nullptr;
};

/// std::make_unique for what is counted.
template <class T, class... Args>
Ref<T> make_ref(Args&&... args) {
  return Ref<T>::adopt(std::make_unique<T>(std::forward<Args>(args)...).release());
}

}  // namespace mainstay::ws
