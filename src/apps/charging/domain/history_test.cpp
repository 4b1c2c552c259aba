#include "apps/charging/domain/history.hpp"

#include <string>

#include <doctest/doctest.h>

namespace mainstay::charging::history_test {

namespace {

// Times in days behind 2020.
SystemTime day(std::int64_t days) {
  return SystemTime{Seconds{1'577'836'800}} + std::chrono::days{days};
}
const SystemTime never_set{Seconds{5}};

std::string runs(const std::vector<PastRow>& rows, std::int64_t before) {
  const PastRuns past = past_runs(rows, day(before));
  std::string out;
  for (const auto& [first, last] : past.runs) {
    out += std::to_string(first) + "-" + std::to_string(last) + " ";
  }
  return out + (past.is_end ? "end" : "more");
}

}  // namespace

TEST_CASE("history: a log goes from its oldest on, up to what is young or needed") {
  const std::vector<PastRow> rows{{3, day(1)}, {4, day(2)}, {5, day(9)}, {6, day(1)}};
  CHECK(log_past(rows, day(5)) == 4);
  CHECK(log_past(rows, day(10)) == 6);
  CHECK_FALSE(log_past(rows, day(1)).has_value());
  CHECK(log_past(std::vector<PastRow>{{3, day(1)}, {4, day(1), true}, {5, day(1)}}, day(5)) == 3);
  CHECK_FALSE(log_past({}, day(1)).has_value());
}

TEST_CASE("history: what may have holes goes in runs around what is needed") {
  CHECK(runs({{1, day(1)}, {2, day(1)}, {5, day(2)}, {6, day(9)}, {7, day(1)}}, 5) == "1-5 end");
  CHECK(runs({{1, day(1), true}, {2, day(1)}, {3, day(1), true}, {4, day(2)}}, 5) ==
        "2-2 4-4 more");
  CHECK(runs({}, 5) == "more");
}

TEST_CASE("history: what was read by a clock that was never set is as old as what follows it") {
  CHECK(runs({{1, never_set}, {2, day(1)}, {3, never_set}}, 5) == "1-2 more");
  CHECK(runs({{1, never_set}, {2, day(9)}}, 5) == "end");
  CHECK(runs({{1, day(1)}, {2, day(1), true}, {3, never_set}, {4, day(1), true}, {5, day(2)}}, 5) ==
        "1-1 3-3 5-5 more");
}

}  // namespace mainstay::charging::history_test
