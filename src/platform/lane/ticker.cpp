#include "platform/lane/ticker.hpp"

#include <condition_variable>
#include <pthread.h>
#include <sys/resource.h>
#include <thread>
#include <utility>

#include "base/mutex.hpp"

namespace mainstay {
namespace {

constexpr int background_nice = 10;

}  // namespace

struct Ticker::Impl {
  std::string name;
  Millis every;
  UniqueFunction<void()> job;
  Mutex mutex;
  std::condition_variable wake;
  bool stopping MS_GUARDED_BY(mutex) = false;
  std::thread thread;

  void run() {
    ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());
    ::setpriority(PRIO_PROCESS, 0, background_nice);  // on Linux, of this thread
    while (wait_for_next()) job();
  }

  /// False when it is time to end.
  bool wait_for_next() {
    MutexLock lock{mutex};
    const auto until = std::chrono::steady_clock::now() + every;
    while (!stopping) {
      const auto left = until - std::chrono::steady_clock::now();
      if (left.count() <= 0) return true;
      lock.wait_for(wake, left);
    }
    return false;
  }
};

Ticker::Ticker(std::string name, Millis every, UniqueFunction<void()> job)
    : impl_(std::make_unique<Impl>()) {
  impl_->name = std::move(name);
  impl_->every = every;
  impl_->job = std::move(job);
}

Ticker::~Ticker() { stop(); }

void Ticker::start() {
  impl_->thread = std::thread{[this] { impl_->run(); }};
}

void Ticker::stop() {
  if (!impl_->thread.joinable()) return;
  {
    MutexLock lock{impl_->mutex};
    impl_->stopping = true;
  }
  impl_->wake.notify_all();
  impl_->thread.join();
}

}  // namespace mainstay
