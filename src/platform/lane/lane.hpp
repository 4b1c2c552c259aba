#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/unique_function.hpp"

namespace mainstay {

/// A named thread with a bounded queue, for work that blocks or that one thread must own. Jobs run
/// in the order of posting and must not throw. Life: construct, start(), stop().
class Lane {
 public:
  using Job = UniqueFunction<void()>;

  Lane(std::string name, std::size_t queue_max);
  ~Lane();  // stops

  void start();
  /// Runs what is queued, then joins. Jobs posted meanwhile are refused. Not from the lane itself.
  void stop();

  /// Any thread. False, and nothing done, when the queue is full or the lane is not running: answer
  /// 503.
  [[nodiscard]] bool try_post(Job job);

  /// MS_CHECKs that the caller runs on this lane.
  void assert_here() const;
  [[nodiscard]] std::size_t queued() const;
  [[nodiscard]] const std::string& name() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay
