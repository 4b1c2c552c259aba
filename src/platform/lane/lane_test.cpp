#include "platform/lane/lane.hpp"

#include <future>
#include <memory>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

namespace mainstay::lane_test {
namespace {

/// Occupies a lane until told to go on.
class Roadblock {
 public:
  explicit Roadblock(Lane& lane) {
    REQUIRE(lane.try_post([this] {
      reached_.set_value();
      released_.get_future().wait();
    }));
    reached_.get_future().wait();
  }
  void release() { released_.set_value(); }

 private:
  std::promise<void> reached_;
  std::promise<void> released_;
};

}  // namespace

TEST_CASE("lane: jobs run in the order of posting, on one thread that knows itself") {
  Lane lane{"test.order", 1000};
  lane.start();
  std::vector<int> seen;
  for (int i = 0; i < 1000; ++i) {
    while (!lane.try_post([&lane, &seen, i] {
      lane.assert_here();
      seen.push_back(i);
    })) {
      std::this_thread::yield();
    }
  }
  lane.stop();
  REQUIRE(seen.size() == 1000);
  for (int i = 0; i < 1000; ++i) CHECK(seen[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("lane: a full queue refuses, and takes again when there is room") {
  Lane lane{"test.full", 2};
  lane.start();
  Roadblock block{lane};
  int ran = 0;
  CHECK(lane.try_post([&] { ++ran; }));
  CHECK(lane.try_post([&] { ++ran; }));
  CHECK(lane.queued() == 2);
  CHECK_FALSE(lane.try_post([&] { ran += 100; }));
  block.release();
  lane.stop();
  CHECK(ran == 2);
}

TEST_CASE("lane: stop runs what is queued; before start and after stop nothing is taken") {
  Lane lane{"test.stop", 10};
  CHECK_FALSE(lane.try_post([] {}));
  lane.start();
  Roadblock block{lane};
  bool ran = false;
  REQUIRE(lane.try_post([&] { ran = true; }));
  block.release();
  lane.stop();
  lane.stop();
  CHECK(ran);
  CHECK_FALSE(lane.try_post([] {}));
  CHECK(lane.name() == "test.stop");
}

TEST_CASE("lane: never started, destroyed quietly") { const Lane lane{"test.idle", 1}; }

TEST_CASE("lane: a move-only job from many threads, all run once") {
  Lane lane{"test.many", 4000};
  lane.start();
  int sum = 0;  // the lane's alone
  std::vector<std::thread> posters;
  for (int t = 0; t < 4; ++t) {
    posters.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        (void)lane.try_post([&sum, one = std::make_unique<int>(1)] { sum += *one; });
      }
    });
  }
  for (auto& poster : posters) poster.join();
  lane.stop();
  CHECK(sum == 4000);
}

}  // namespace mainstay::lane_test
