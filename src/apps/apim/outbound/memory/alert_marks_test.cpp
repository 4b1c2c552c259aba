#include "apps/apim/outbound/memory/alert_marks.hpp"

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include "apps/apim/limits.hpp"
#include "apps/apim/outbound/journal/recording_log.hpp"
#include "base/random.hpp"

namespace mainstay::apim::alert_marks_test {
namespace {

constexpr UnixSeconds now = 1'795'000'000;
constexpr UnixSeconds life = Limits::alert_mark_life.count();

std::string saved(const JournaledAlertMarks& marks) {
  std::string out;
  marks.save(out);
  return out;
}

/// Whether it was told.
bool mark(AlertMarks& marks, std::string_view service_id, std::string_view name, int bin,
          UnixSeconds at) {
  return marks.tell_once(service_id, name, bin, at, [&] {
    return Telling{"alert", "{}", name, bin == 100 ? "{}" : ""};
  });
}

TEST_CASE("alert marks: set once in 24 hours per application and bin") {
  RecordingLog log;
  EventQueue events{log};
  NoticeQueue notices{log};
  JournaledAlertMarks marks{log, events, notices};
  CHECK_FALSE(marks.is_marked("s", "a", 80, now));
  CHECK(mark(marks, "s", "a", 80, now));
  CHECK_FALSE(mark(marks, "s", "a", 80, now + life - 1));
  CHECK(marks.is_marked("s", "a", 80, now + life - 1));
  CHECK_FALSE(marks.is_marked("s", "a", 80, now + life));
  CHECK(marks.is_marked("s", "a", 80, now - 100));  // the clock stepped back
  CHECK_FALSE(marks.is_marked("s", "a", 90, now));
  CHECK_FALSE(marks.is_marked("s", "b", 80, now));
  CHECK_FALSE(marks.is_marked("t", "a", 80, now));
  CHECK(mark(marks, "s", "a", 80, now + life));
  CHECK(marks.is_marked("s", "a", 80, now + 2 * life - 1));
  CHECK(log.last_sequence() == 2);
}

TEST_CASE("alert marks: expired ones, do not stay in memory") {
  RecordingLog log;
  EventQueue events{log};
  NoticeQueue notices{log};
  JournaledAlertMarks marks{log, events, notices};
  for (int i = 0; i < 2'000; ++i) mark(marks, "s", "a" + std::to_string(i), 80, now);
  const std::size_t full = saved(marks).size();
  for (int i = 0; i < 2'000; ++i) mark(marks, "s", "b" + std::to_string(i), 80, now + life);
  CHECK(saved(marks).size() == full);
}

TEST_CASE("alert marks: told in one record, the event and the consumer's notice with the mark") {
  RecordingLog log;
  EventQueue events{log};
  NoticeQueue notices{log};
  JournaledAlertMarks marks{log, events, notices};
  CHECK(mark(marks, "s", "a", 80, now));
  CHECK(mark(marks, "s", "a", 100, now));
  CHECK_FALSE(mark(marks, "s", "a", 100, now));
  CHECK(log.last_sequence() == 2);
  CHECK(events.size() == 2);
  REQUIRE(notices.size() == 1);
  CHECK(notices.find(1)->application_id == "a");
}

TEST_CASE("alert marks: of a service that is deleted, are gone; others stay") {
  RecordingLog log;
  EventQueue events{log};
  NoticeQueue notices{log};
  JournaledAlertMarks marks{log, events, notices};
  mark(marks, "s", "a", 80, now);
  mark(marks, "t", "a", 80, now);
  const std::string before = saved(marks);
  marks.erase_service("s");
  CHECK_FALSE(marks.is_marked("s", "a", 80, now));
  CHECK(marks.is_marked("t", "a", 80, now));
  CHECK(saved(marks).size() < before.size());
  CHECK(mark(marks, "s", "a", 80, now));  // a new service of that name
}

TEST_CASE("alert ids: count from one, also across a restart") {
  RecordingLog log;
  EventQueue events{log};
  NoticeQueue notices{log};
  JournaledAlertMarks marks{log, events, notices};
  CHECK(marks.next_alert_id() == 1);
  const std::string then = saved(marks);
  CHECK(marks.next_alert_id() == 2);
  JournaledAlertMarks recovered{log, events, notices};
  ByteReader in{as_bytes(then)};
  REQUIRE(recovered.load(in).has_value());
  recovered.replay(1, AlertIdTaken{1});
  recovered.replay(2, AlertIdTaken{2});
  CHECK(recovered.next_alert_id() == 3);
}

TEST_CASE("alert marks: a snapshot of any moment and the records behind, the same marks") {
  RecordingLog log;
  EventQueue events{log};
  NoticeQueue notices{log};
  JournaledAlertMarks marks{log, events, notices};
  Random random{1};
  struct Moment {
    std::uint64_t as_of;
    std::string saved;
  };
  std::vector<Moment> moments;
  UnixSeconds at = now;
  const auto application = [](std::uint64_t i) { return "app" + std::to_string(i); };
  for (int i = 0; i < 200; ++i) {
    at += static_cast<UnixSeconds>(random.below(8'000));
    moments.push_back({log.last_sequence(), {}});
    const std::string service = random.below(3) == 0 ? "t" : "s";
    mark(marks, service, application(random.below(9)), random.below(2) == 0 ? 50 : 100, at);
    if (random.below(20) == 0) marks.erase_service(service);
    moments.back().saved = saved(marks);
  }
  for (const Moment& moment : moments) {
    JournaledAlertMarks recovered{log, events, notices};
    ByteReader in{as_bytes(moment.saved)};
    REQUIRE(recovered.load(in).has_value());
    CHECK(in.at_end());
    log.replay(moment.as_of, log.last_sequence(),
               [&]<class R>(std::uint64_t sequence, const R& record) {
                 if constexpr (std::is_same_v<R, ToldOnce>) {
                   recovered.replay(sequence, record.mark);
                 } else if constexpr (requires { recovered.replay(sequence, record); }) {
                   recovered.replay(sequence, record);
                 }
               });
    for (std::uint64_t i = 0; i < 9; ++i) {
      for (const int bin : {50, 100}) {
        for (const char* service : {"s", "t"}) {
          CHECK(recovered.is_marked(service, application(i), bin, at) ==
                marks.is_marked(service, application(i), bin, at));
        }
      }
    }
  }
}

TEST_CASE("alert marks: a damaged snapshot, refused at every length") {
  RecordingLog log;
  EventQueue events{log};
  NoticeQueue notices{log};
  JournaledAlertMarks marks{log, events, notices};
  for (int i = 0; i < 3; ++i) mark(marks, "s", "a" + std::to_string(i), 80, now);
  const std::string bytes = saved(marks);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    JournaledAlertMarks loaded{log, events, notices};
    ByteReader in{as_bytes(std::string_view{bytes}.substr(0, size))};
    CHECK(loaded.load(in).has_error());
  }
}

}  // namespace
}  // namespace mainstay::apim::alert_marks_test
