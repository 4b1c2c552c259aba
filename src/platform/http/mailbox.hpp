#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "base/unique_function.hpp"

namespace mainstay::http {

/// Where other threads leave work for an event loop. Outlives the loop, so that whoever still holds
/// a Deferred or a barrier's callback may use it at any time: a closed mailbox drops what it gets.
class Mailbox : public std::enable_shared_from_this<Mailbox> {
 public:
  using Mail = UniqueFunction<void()>;

  /// `wake` makes the loop call take_all(); called under the lock, from any thread, once until
  /// then.
  explicit Mailbox(UniqueFunction<void()> wake) : wake_(std::move(wake)) {}

  /// Any thread. Within an AnswersTogether of the thread it wakes nobody yet, if others share the
  /// mailbox.
  void put(Mail mail);
  /// What that put off.
  void wake();
  /// The loop's thread.
  std::vector<Mail> take_all();
  /// After this `wake` is not called again. What was not taken is dropped.
  void close();

 private:
  std::mutex mutex_;
  UniqueFunction<void()> wake_;
  std::vector<Mail> mail_;
  bool open_ = true;
};

}  // namespace mainstay::http
