#include "apps/apim/outbound/memory/notice_queue.hpp"

#include <doctest/doctest.h>

#include "apps/apim/outbound/journal/recording_log.hpp"

namespace mainstay::apim::notice_queue_test {
namespace {

std::string bodies(const NoticeQueue& queue) {
  std::string out;
  for (const std::uint64_t id : queue.ids()) {
    out += std::to_string(id) + queue.find(id)->body + " ";
  }
  return out;
}

}  // namespace

TEST_CASE("notice queue: what was added waits until it is removed") {
  NoLog log;
  NoticeQueue queue{log};
  queue.add("s", "a", 5, "{1}");
  queue.add("s", "b", 6, "{2}");
  REQUIRE(queue.size() == 2);
  const auto first = queue.find(1);
  REQUIRE(first.has_value());
  CHECK(first->service_id == "s");
  CHECK(first->application_id == "a");
  CHECK(first->at == 5);
  queue.remove(1);
  queue.remove(1);
  queue.remove(9);
  CHECK_FALSE(queue.find(1).has_value());
  CHECK(bodies(queue) == "2{2} ");
  queue.remove(2);
  queue.add("s", "a", 7, "{3}");
  CHECK(bodies(queue) == "3{3} ");  // an id never comes again
}

TEST_CASE("notice queue: too many, the oldest goes and is counted") {
  NoLog log;
  NoticeQueue queue{log, 2};
  for (int i = 1; i <= 5; ++i) queue.add("s", "a", i, "");
  CHECK(bodies(queue) == "4 5 ");
  CHECK(queue.dropped() == 3);
}

TEST_CASE("notice queue: saved, loaded and replayed, the same") {
  NoLog log;
  NoticeQueue queue{log};
  queue.add("s", "a", 5, "{1}");
  queue.add("s", "b", 6, "{2}");
  queue.remove(1);
  std::string saved;
  queue.save(saved);
  NoticeQueue loaded{log};
  ByteReader in{as_bytes(saved)};
  REQUIRE(loaded.load(in).has_value());
  CHECK(bodies(loaded) == "2{2} ");
  loaded.replay(3, NoticeRemoved{2});  // the snapshot holds what came up to 3
  CHECK(loaded.size() == 1);
  loaded.replay(4, NoticeAdded{3, "s", "a", 7, "{3}"});
  loaded.replay(5, NoticeRemoved{2});
  CHECK(bodies(loaded) == "3{3} ");
  for (std::size_t size = 0; size < saved.size(); ++size) {
    NoticeQueue broken{log};
    ByteReader part{as_bytes(std::string_view{saved}.substr(0, size))};
    CHECK(broken.load(part).has_error());
  }
}

}  // namespace mainstay::apim::notice_queue_test
