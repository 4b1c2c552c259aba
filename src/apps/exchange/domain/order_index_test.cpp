#include "apps/exchange/domain/order_index.hpp"

#include <cstdint>
#include <map>

#include <doctest/doctest.h>

#include "base/random.hpp"

namespace mainstay::exchange::order_index_test {

namespace {

/// An index beside a map.
struct IndexCheck {
  OrderIndex index;
  Slot slots = 0;  // given so far
  std::map<std::uint64_t, Slot> model;

  void insert(std::uint64_t id) {
    const Slot slot = slots++;
    index.insert(OrderId{id}, slot);
    model[id] = slot;
  }
  void erase(std::uint64_t id) {
    const auto found = model.find(id);
    const Slot expected = found == model.end() ? no_slot : found->second;
    REQUIRE(index.erase(OrderId{id}) == expected);
    if (found != model.end()) model.erase(found);
  }
  void check_all() const {
    REQUIRE(index.size() == model.size());
    for (const auto& [id, slot] : model) {
      REQUIRE(index.find(OrderId{id}) == slot);
    }
  }
  std::uint64_t any_id(Random& random) const {
    const auto at = model.lower_bound(random.next());
    return at == model.end() ? model.begin()->first : at->first;
  }
};

void check_churn(std::uint64_t (*id_of)(std::uint64_t), std::uint64_t count,
                 std::size_t orders_expected = 0) {
  IndexCheck check;
  check.index = OrderIndex{orders_expected};
  Random random{3};
  std::uint64_t guessed = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    check.insert(id_of(i));
    if (check.index.guess(check.index.prefetch(OrderId{id_of(i)})) == static_cast<Slot>(i))
      ++guessed;
    REQUIRE(check.index.find(OrderId{id_of(i + 1)}) == no_slot);
    if (check.model.size() > 2'000) check.erase(check.any_id(random));
    if (i % 5'000 == 0) check.check_all();
  }
  check.check_all();
  CHECK(guessed > count * 7 / 10);
  check.erase(id_of(count + 1));  // was never there
  while (!check.model.empty()) check.erase(check.any_id(random));
  check.check_all();
}

}  // namespace

TEST_CASE("order index: ids of all kinds under churn") {
  check_churn([](std::uint64_t i) { return i; }, 20'000);
  check_churn([](std::uint64_t i) { return ~i; }, 20'000);
  check_churn([](std::uint64_t i) { return i << 20U; }, 20'000);
  check_churn([](std::uint64_t i) { return i << 50U; }, 10'000);
  check_churn([](std::uint64_t i) { return i * 0x9E3779B97F4A7C15U; }, 20'000);
}

TEST_CASE("order index: memory for many orders from the start on, more and fewer than come") {
  for (const std::size_t expected : {300U, 20'000U, 200'000U}) {
    check_churn([](std::uint64_t i) { return i; }, 10'000, expected);
    check_churn([](std::uint64_t i) { return i << 50U; }, 5'000, expected);
  }
}

TEST_CASE("order index: memory goes by what is there, and does not grow by churn") {
  IndexCheck check;
  for (std::uint64_t id = 0; id < 100'000; ++id) check.insert(id);
  check.check_all();
  const std::size_t bytes = check.index.bytes();
  CHECK(bytes < 100'000 * 20);
  for (std::uint64_t id = 0; id < 50'000; ++id) {
    check.erase(id);
    check.insert(id + 100'000);
  }
  check.check_all();
  CHECK(check.index.bytes() < bytes * 3 / 2);
}

TEST_CASE("order index: ids made to share one hash are only slower") {
  // The hash is the upper half of a product, which can be undone; of id / 13.
  IndexCheck check;
  std::uint64_t inverse = 0x9E3779B97F4A7C15U;
  for (int i = 0; i < 6; ++i) inverse *= 2 - 0x9E3779B97F4A7C15U * inverse;
  for (std::uint64_t i = 0; i < 30'000; ++i) {
    const std::uint64_t number = (std::uint64_t{0x12345678} << 32U | i) * inverse;
    if (number < ~std::uint64_t{0} / 13) check.insert(number * 13);
  }
  check.check_all();
  for (const std::uint64_t other : {1U, 2U, 3U}) check.insert(other);
  while (check.model.size() > 2) check.erase(check.model.begin()->first);
  check.check_all();
}

}  // namespace mainstay::exchange::order_index_test
