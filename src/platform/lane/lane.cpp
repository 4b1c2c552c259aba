#include "platform/lane/lane.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <pthread.h>
#include <thread>
#include <utility>

#include "base/check.hpp"
#include "base/mutex.hpp"

namespace mainstay {
namespace {

enum class State { made, running, stopped };

/// What `top` and debuggers show; the kernel keeps fifteen characters.
void name_this_thread(const std::string& name) {
  ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());
}

}  // namespace

struct Lane::Impl {
  Impl(std::string lane_name, std::size_t jobs_max)
      : name(std::move(lane_name)), queue_max(jobs_max) {}

  void run() {
    name_this_thread(name);
    here = std::this_thread::get_id();
    while (Job job = next()) job();
  }

  /// Empty: stopped and nothing is left.
  Job next() {
    MutexLock lock{mutex};
    while (queue.empty() && state == State::running) lock.wait(wake);
    if (queue.empty()) return {};
    Job job = std::move(queue.front());
    queue.pop_front();
    return job;
  }

  const std::string name;
  const std::size_t queue_max;
  Mutex mutex;
  std::condition_variable wake;
  std::deque<Job> queue MS_GUARDED_BY(mutex);
  State state MS_GUARDED_BY(mutex) = State::made;
  std::atomic<std::thread::id> here;
  std::thread thread;
};

Lane::Lane(std::string name, std::size_t queue_max)
    : impl_(std::make_unique<Impl>(std::move(name), queue_max)) {}

Lane::~Lane() { stop(); }

void Lane::start() {
  {
    MutexLock lock{impl_->mutex};
    MS_CHECK(impl_->state == State::made);
    impl_->state = State::running;
  }
  impl_->thread = std::thread{[impl = impl_.get()] { impl->run(); }};
}

void Lane::stop() {
  MS_CHECK(std::this_thread::get_id() != impl_->here.load());
  {
    MutexLock lock{impl_->mutex};
    impl_->state = State::stopped;
  }
  impl_->wake.notify_one();
  if (impl_->thread.joinable()) impl_->thread.join();
}

bool Lane::try_post(Job job) {
  {
    MutexLock lock{impl_->mutex};
    if (impl_->state != State::running || impl_->queue.size() >= impl_->queue_max) return false;
    impl_->queue.push_back(std::move(job));
  }
  impl_->wake.notify_one();
  return true;
}

void Lane::assert_here() const { MS_CHECK(std::this_thread::get_id() == impl_->here.load()); }

std::size_t Lane::queued() const {
  MutexLock lock{impl_->mutex};
  return impl_->queue.size();
}

const std::string& Lane::name() const { return impl_->name; }

}  // namespace mainstay
