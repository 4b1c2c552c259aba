#include "apps/apim/outbound/memory/counting_rules.hpp"

#include <set>

#include <doctest/doctest.h>

namespace mainstay::apim::counting_rules_test {
namespace {

TEST_CASE("counting rules: a charge has an effect when it adds, sets or has a code") {
  const MetricCharge zero{"m", {0, false}};
  const MetricCharge one{"m", {1, false}};
  const MetricCharge removal{"m", {0, true}};
  const auto effect = [](std::span<const MetricCharge> metrics, int code) {
    return has_effect(Charge{{"s", "a"}, 0, metrics, code});
  };
  CHECK_FALSE(effect({}, 0));
  CHECK_FALSE(effect({&zero, 1}, 0));
  CHECK(effect({&one, 1}, 0));
  CHECK(effect({&removal, 1}, 0));
  CHECK(effect({}, 302));
}

TEST_CASE("counting rules: memory keeps 26 hours, up to a full hour") {
  constexpr UnixSeconds hour = 3'600;
  CHECK(let_go_until(100 * hour) == 74 * hour);
  CHECK(let_go_until(100 * hour - 1) == 73 * hour);
}

TEST_CASE("counting rules: traffic before 1970, is of the day before") {
  DayNumber newest = no_day;
  CHECK(note_traffic(newest, -1).first_ever);
  CHECK(newest == -1);
  CHECK(note_traffic(newest, 0).first_today);
  CHECK_FALSE(note_traffic(newest, 86'399).first_today);
}

TEST_CASE("counting rules: hashes differ by every part") {
  std::set<std::uint64_t> hashes;
  for (const std::uint64_t owner :
       {owner_hash({"ab", "c"}, "m"), owner_hash({"a", "bc"}, "m"), owner_hash({"ab", "c"}, "n"),
        owner_hash({"c", "ab"}, "m"), owner_hash({"ab", "cm"}, "")}) {
    for (const Period period : periods_longest_first) {
      hashes.insert(window_hash(owner, period, 60, 1));
      hashes.insert(window_hash(owner, period, 120, 1));
      hashes.insert(window_hash(owner, period, 60, 2));
    }
  }
  CHECK(hashes.size() == 5 * period_count * 3);
}

}  // namespace
}  // namespace mainstay::apim::counting_rules_test
