#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace mainstay::http {

/// Objects that connections borrow while they have something to read or to send, so that an idle
/// one holds none. At most `spares_max` wait for the next borrower; more are freed. One an I/O
/// thread, no locks.
template <class T>
class Pool {
 public:
  explicit Pool(std::size_t spares_max) : spares_max_(spares_max) {}

  /// A spare, or make() when there is none.
  template <class Make>
  std::unique_ptr<T> take(Make&& make) {
    if (spares_.empty()) return std::forward<Make>(make)();
    auto object = std::move(spares_.back());
    spares_.pop_back();
    return object;
  }

  /// The caller has cleared it and trimmed it to its usual size.
  void give(std::unique_ptr<T> object) {
    if (spares_.size() < spares_max_) spares_.push_back(std::move(object));
  }

 private:
  std::size_t spares_max_;
  std::vector<std::unique_ptr<T>> spares_;
};

}  // namespace mainstay::http
