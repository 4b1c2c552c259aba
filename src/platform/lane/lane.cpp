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
    if (taken.empty() && !refill()) return {};
    Job job = std::move(taken.front());
    taken.pop_front();
    waiting.fetch_sub(1, std::memory_order_relaxed);
    return job;
  }

  /// All that was posted meanwhile, with one lock. Before it sleeps the lane lets others run: who
  /// posts on the same core has more to post, and a sleep and a wake-up cost more than a job.
  bool refill() {
    if (!has_jobs()) std::this_thread::yield();
    MutexLock lock{mutex};
    while (queue.empty() && state == State::running) lock.wait(wake);
    taken.swap(queue);
    return !taken.empty();
  }

  bool has_jobs() {
    const MutexLock lock{mutex};
    return !queue.empty();
  }

  const std::string name;
  const std::size_t queue_max;
  Mutex mutex;
  std::condition_variable wake;
  std::deque<Job> queue MS_GUARDED_BY(mutex);
  std::deque<Job> taken;                // the lane's own
  std::atomic<std::size_t> waiting{0};  // in both
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
    if (impl_->state != State::running ||
        impl_->waiting.load(std::memory_order_relaxed) >= impl_->queue_max) {
      return false;
    }
    impl_->waiting.fetch_add(1, std::memory_order_relaxed);
    impl_->queue.push_back(std::move(job));
  }
  impl_->wake.notify_one();
  return true;
}

void Lane::assert_here() const { MS_CHECK(std::this_thread::get_id() == impl_->here.load()); }

std::size_t Lane::queued() const { return impl_->waiting.load(std::memory_order_relaxed); }

const std::string& Lane::name() const { return impl_->name; }

}  // namespace mainstay
