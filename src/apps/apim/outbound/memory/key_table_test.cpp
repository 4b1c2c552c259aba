#include "apps/apim/outbound/memory/key_table.hpp"

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/random.hpp"

namespace mainstay::apim::key_table_test {
namespace {

using Model = std::map<std::pair<std::uint64_t, std::uint64_t>, KeyMark>;

KeyMark mark(std::uint64_t high, std::uint64_t low, std::uint32_t expires) {
  return {high, low, static_cast<std::uint32_t>(high), expires};
}

/// Every mark of the model is found, in the order of the hashes, and no other is there.
void check_same(const KeyTable& table, const Model& model) {
  REQUIRE(table.size() == model.size());
  auto expected = model.begin();
  bool same = true;
  table.for_each([&](const KeyMark& found) {
    same = same && expected != model.end() && found == expected->second;
    if (expected != model.end()) ++expected;
  });
  CHECK(same);
  for (const auto& [names, kept] : model) same = same && table.find(kept) != nullptr;
  CHECK(same);
}

/// Random marks put and forgotten; `high` says how they are spread.
void compare(std::uint64_t seed, std::uint64_t (*high)(Random&)) {
  Random random{seed};
  KeyTable table;
  Model model;
  std::vector<KeyMark> seen;
  std::uint32_t minute = 100;
  for (int i = 0; i < 20'000; ++i) {
    KeyMark one = mark(high(random), random.below(4), minute + 10);
    if (!seen.empty() && random.below(5) == 0) {
      const KeyMark& old = seen[random.below(seen.size())];
      one = mark(old.high, old.low, minute + static_cast<std::uint32_t>(random.below(20)));
    }
    const auto [at, added] = model.try_emplace({one.high, one.low}, one);
    if (!added && at->second.expires < one.expires) at->second = one;
    CHECK(table.put(one) == added);
    seen.push_back(one);
    if (random.below(200) == 0) {
      minute += 3;
      const std::size_t forgotten =
          std::erase_if(model, [&](const auto& entry) { return entry.second.expires <= minute; });
      CHECK(table.forget(minute) == forgotten);
      check_same(table, model);
    }
  }
  check_same(table, model);
  CHECK(table.forget(~0U) == model.size());
  CHECK(table.size() == 0);
  CHECK(table.bytes() < 4'096);
}

TEST_CASE("key table: random marks put and forgotten, always as a map") {
  compare(1, [](Random& random) { return random.next() >> 8U; });
}

TEST_CASE("key table: all marks in few places and at the end, still as a map") {
  compare(2, [](Random& random) { return random.below(50); });
  compare(3, [](Random& random) { return (std::uint64_t{1} << 56U) - 1 - random.below(5'000); });
}

TEST_CASE("key table: a mark that is put again, keeps the later expiry and its request") {
  KeyTable table;
  CHECK(table.find(mark(7, 7, 1)) == nullptr);
  CHECK(table.put({7, 7, 1, 50}));
  CHECK_FALSE(table.put({7, 7, 2, 40}));
  CHECK(*table.find(mark(7, 7, 0)) == KeyMark{7, 7, 1, 50});
  CHECK_FALSE(table.put({7, 7, 2, 60}));
  CHECK(*table.find(mark(7, 7, 0)) == KeyMark{7, 7, 2, 60});
  CHECK(table.find(mark(7, 8, 0)) == nullptr);
  CHECK(table.forget(59) == 0);
  CHECK(table.forget(60) == 1);
  CHECK(table.find(mark(7, 7, 0)) == nullptr);
}

TEST_CASE("key table: grown, takes at most 31 bytes a mark") {
  KeyTable table;
  Random random{4};
  for (std::size_t size = 1; size <= 100'000; ++size) {
    table.put(mark(random.next() >> 8U, random.next(), 1));
    if (size >= 10'000) REQUIRE(table.bytes() <= size * 31);
  }
}

}  // namespace
}  // namespace mainstay::apim::key_table_test
