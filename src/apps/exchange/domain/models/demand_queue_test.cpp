#include "apps/exchange/domain/models/demand_queue.hpp"

#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

#include "apps/exchange/domain/models/counter_random.hpp"
#include "apps/exchange/domain/models/model_errc.hpp"
#include "apps/exchange/domain/models/test_users.hpp"

namespace mainstay::exchange::models::demand_queue_test {
namespace {

Demand demand(std::uint64_t id, mainstay::exchange::Amount cash, int day = 0) {
  return {InvestorUserId{id}, .01, .2, cash, in_days(day)};
}

std::vector<std::uint64_t> ids(const DemandQueue& queue) {
  std::vector<std::uint64_t> out;
  for (const Demand& one : queue) out.push_back(one.investor.get());
  return out;
}

}  // namespace

TEST_CASE("demand queue: most cash first, then who waits longest, then the smaller id") {
  DemandQueue queue;
  for (const auto& one : {demand(1, 50, 3), demand(2, 70, 9), demand(3, 50, 2), demand(5, 50, 3)}) {
    REQUIRE(queue.insert(one).has_value());
  }
  CHECK(ids(queue) == std::vector<std::uint64_t>{2, 3, 1, 5});
  CHECK(queue.pop()->investor == InvestorUserId{2});
  CHECK(queue.front()->investor == InvestorUserId{3});
  CHECK(queue.first_with_at_most(50)->investor == InvestorUserId{3});
  CHECK(queue.first_with_at_most(49) == nullptr);
}

TEST_CASE("demand queue, defect of the source: of two with the same cash the right one goes") {
  DemandQueue queue;
  REQUIRE(queue.insert(demand(1, 10'000)).has_value());
  REQUIRE(queue.insert(demand(2, 10'000)).has_value());
  REQUIRE(queue.insert(demand(3, 10'000)).has_value());
  CHECK(queue.erase(InvestorUserId{2}));
  CHECK(queue.find(InvestorUserId{2}) == nullptr);
  CHECK(queue.find(InvestorUserId{1})->cash == 10'000);
  CHECK(ids(queue) == std::vector<std::uint64_t>{1, 3});
  CHECK_FALSE(queue.erase(InvestorUserId{2}));
}

TEST_CASE("demand queue, idea of the source: looking one up again and again changes nothing") {
  DemandQueue queue;
  for (std::uint64_t id = 0; id < 500; ++id) {
    REQUIRE(queue.insert(demand(id, 10'000 + static_cast<int>(id % 7))).has_value());
  }
  const auto before = ids(queue);
  for (int i = 0; i < 500; ++i) CHECK(queue.find(InvestorUserId{77})->investor.get() == 77U);
  CHECK(ids(queue) == before);
}

TEST_CASE("demand queue: an investor waits once, and keeps its time when its cash changes") {
  DemandQueue queue;
  REQUIRE(queue.insert(demand(1, 50, 1)).has_value());
  REQUIRE(queue.insert(demand(2, 50, 2)).has_value());
  CHECK(queue.insert(demand(1, 60, 3)).error().is(ModelErrc::duplicate_user));
  CHECK(queue.change_cash(InvestorUserId{1}, 40));
  CHECK(ids(queue) == std::vector<std::uint64_t>{2, 1});
  CHECK(queue.change_cash(InvestorUserId{1}, 50));
  CHECK(ids(queue) == std::vector<std::uint64_t>{1, 2});
  CHECK_FALSE(queue.change_cash(InvestorUserId{3}, 50));
  CHECK(queue.size() == 2);
}

TEST_CASE("demand queue: agrees with a sorted list over random calls") {
  DemandQueue queue;
  std::vector<Demand> list;
  CounterRandom random{4, 1};
  for (int step = 0; step < 2'000; ++step) {
    const std::uint64_t id = random.below(60);
    const auto found = std::find_if(list.begin(), list.end(), [&](const Demand& one) {
      return one.investor == InvestorUserId{id};
    });
    if (random.below(2) == 0) {
      const auto fresh = demand(id, random.between(1, 5), static_cast<int>(random.below(4)));
      CHECK(queue.insert(fresh).has_value() == (found == list.end()));
      if (found == list.end()) list.push_back(fresh);
    } else {
      CHECK(queue.erase(InvestorUserId{id}) == (found != list.end()));
      if (found != list.end()) list.erase(found);
    }
  }
  std::sort(list.begin(), list.end(), [](const Demand& a, const Demand& b) {
    return std::tuple{-a.cash, a.since, a.investor} < std::tuple{-b.cash, b.since, b.investor};
  });
  std::vector<std::uint64_t> expected;
  for (const Demand& one : list) expected.push_back(one.investor.get());
  CHECK(ids(queue) == expected);
}

}  // namespace mainstay::exchange::models::demand_queue_test
