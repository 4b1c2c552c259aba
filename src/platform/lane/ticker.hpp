#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/unique_function.hpp"

namespace mainstay {

/// Runs a job every so often on a thread of its own: housekeeping that no request waits for, so it
/// yields the processor to threads that answer (nice 10). The job must not throw; a slow one delays
/// the next. Life: construct, start(), stop().
class Ticker {
 public:
  Ticker(std::string name, Millis every, UniqueFunction<void()> job);
  ~Ticker();  // stops

  void start();
  /// Returns when the job is not running and will not run again.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay
