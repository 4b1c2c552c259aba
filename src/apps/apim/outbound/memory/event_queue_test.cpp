#include "apps/apim/outbound/memory/event_queue.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/apim/outbound/journal/recording_log.hpp"
#include "base/random.hpp"

namespace mainstay::apim::event_queue_test {
namespace {

std::vector<std::uint64_t> ids(const EventQueue& queue) {
  std::vector<std::uint64_t> out;
  for (const Event& event : queue.list(queue.size())) out.push_back(event.id);
  return out;
}

std::string saved(const EventQueue& queue) {
  std::string out;
  queue.save(out);
  return out;
}

void replay(const RecordingLog& log, std::uint64_t as_of, EventQueue& queue) {
  log.replay(as_of, log.last_sequence(), [&]<class R>(std::uint64_t sequence, const R& record) {
    if constexpr (requires { queue.replay(sequence, record); }) queue.replay(sequence, record);
  });
}

using Ids = std::vector<std::uint64_t>;

TEST_CASE("event queue: events added, listed ascending with what they were given") {
  RecordingLog log;
  EventQueue queue{log};
  CHECK(queue.list(10).empty());
  CHECK(queue.add("first_traffic", 100, "{}") == 1);
  CHECK(queue.add("alert", 200, R"({"id":1})") == 2);
  const auto events = queue.list(10);
  REQUIRE(events.size() == 2);
  CHECK(events[0].type == "first_traffic");
  CHECK(events[1].id == 2);
  CHECK(events[1].at == 200);
  CHECK(events[1].object == R"({"id":1})");
}

TEST_CASE("event queue: more than asked for, the oldest are listed") {
  RecordingLog log;
  EventQueue queue{log};
  for (int i = 0; i < 3; ++i) queue.add("alert", i, "{}");
  queue.remove(1);
  CHECK(queue.list(0).empty());
  REQUIRE(queue.list(1).size() == 1);
  CHECK(queue.list(1)[0].id == 2);
  CHECK(queue.list(2).size() == 2);
  CHECK(queue.list(SIZE_MAX).size() == 2);
}

TEST_CASE("event queue: removed by id or up to one, ids are not given again") {
  RecordingLog log;
  EventQueue queue{log};
  for (int i = 0; i < 5; ++i) queue.add("alert", i, "{}");
  CHECK(queue.remove(2));
  CHECK_FALSE(queue.remove(2));
  CHECK_FALSE(queue.remove(99));
  CHECK(queue.remove_upto(3) == 2);
  CHECK(queue.remove_upto(3) == 0);
  CHECK(ids(queue) == Ids{4, 5});
  CHECK(queue.remove_upto(99) == 2);
  CHECK(queue.size() == 0);
  CHECK(queue.add("alert", 0, "{}") == 6);
  CHECK(log.last_sequence() == 9);  // what changed nothing was not recorded
}

TEST_CASE("event queue: full, the oldest goes first") {
  RecordingLog log;
  EventQueue queue{log, 3};
  for (int i = 0; i < 5; ++i) queue.add("alert", i, "{}");
  CHECK(ids(queue) == Ids{3, 4, 5});
}

TEST_CASE("event queue: a snapshot of any moment and the records behind, the same queue") {
  RecordingLog log;
  EventQueue queue{log, 6};
  Random random{1};
  struct Moment {
    std::uint64_t as_of;
    std::string saved;
  };
  std::vector<Moment> moments;
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t as_of = log.last_sequence();
    const std::uint64_t dice = random.below(4);
    if (dice == 0) queue.remove(random.below(100));
    if (dice == 1) queue.remove_upto(random.below(static_cast<std::uint64_t>(i) + 1));
    if (dice > 1) queue.add("alert", i, "{}");
    moments.push_back({as_of, saved(queue)});  // may hold one record more than as_of says
  }
  for (const Moment& moment : moments) {
    EventQueue recovered{log, 6};
    ByteReader in{as_bytes(moment.saved)};
    REQUIRE(recovered.load(in).has_value());
    CHECK(in.at_end());
    replay(log, moment.as_of, recovered);
    CHECK(saved(recovered) == saved(queue));
  }
}

TEST_CASE("event queue: a damaged snapshot, refused at every length") {
  RecordingLog log;
  EventQueue queue{log};
  for (int i = 0; i < 3; ++i) queue.add("alert", i, "{}");
  const std::string bytes = saved(queue);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EventQueue loaded{log};
    ByteReader in{as_bytes(std::string_view{bytes}.substr(0, size))};
    CHECK(loaded.load(in).has_error());
  }
}

}  // namespace
}  // namespace mainstay::apim::event_queue_test
