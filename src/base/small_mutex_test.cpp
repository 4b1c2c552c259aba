#include "base/small_mutex.hpp"

#include <thread>
#include <vector>

#include <doctest/doctest.h>

namespace mainstay::small_mutex_test {

TEST_CASE("small mutex: threads that meet in it lose nothing") {
  SmallMutex mutex;
  int count = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20'000; ++round) {
        const SmallMutexLock lock{mutex};
        const int before = count;
        if (round % 64 == 0) std::this_thread::yield();  // others come to wait
        count = before + 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(count == 80'000);
}

TEST_CASE("small mutex: held, it cannot be taken") {
  SmallMutex mutex;
  CHECK(mutex.try_lock());
  CHECK_FALSE(mutex.try_lock());
  mutex.unlock();
  CHECK(mutex.try_lock());
  mutex.unlock();
}

}  // namespace mainstay::small_mutex_test
