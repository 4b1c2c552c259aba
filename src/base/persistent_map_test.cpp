#include "base/persistent_map.hpp"

#include <map>

#include <doctest/doctest.h>

#include "base/random.hpp"

namespace mainstay::persistent_map_test {
namespace {

using Model = std::map<std::string, int>;

Model contents(const PersistentMap<int>& map) {
  Model out;
  map.for_each([&out](const std::string& key, int value) { out[key] = value; });
  return out;
}

}  // namespace

TEST_CASE("persistent map: random changes, equal to std::map, old versions untouched") {
  Random random{1};
  PersistentMap<int> map;
  Model model;
  for (int i = 0; i < 5'000; ++i) {
    const std::string key = std::to_string(random.below(700));
    const auto before = map;
    const auto model_before = model.size();
    if (random.below(3) == 0) {
      map = map.without(key);
      model.erase(key);
    } else {
      map = map.with(key, i);
      model[key] = i;
    }
    REQUIRE(map.size() == model.size());
    REQUIRE(before.size() == model_before);
    const int* found = map.find(key);
    REQUIRE((found != nullptr) == model.contains(key));
  }
  CHECK(contents(map) == model);
}

TEST_CASE("persistent map: a scan in steps meets each entry that stayed once, whatever changes") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random{seed};
    PersistentMap<int> map;
    const std::size_t stays = random.below(300);
    for (std::size_t i = 0; i < stays; ++i) map = map.with("stays" + std::to_string(i), 1);
    std::map<std::string, int> met;
    std::string after;
    for (bool more = true; more;) {
      std::size_t left = 1 + random.below(20);
      more = false;
      map.scan(after, [&](const std::string& key, int) {
        if (left-- == 0) {
          more = true;
          return false;
        }
        ++met[key];
        after = key;
        return true;
      });
      // It grows by a table or two on the way, and what the step ended with may go.
      for (int i = 0; i < 40; ++i) map = map.with("comes" + std::to_string(random.below(900)), 2);
      for (int i = 0; i < 9; ++i) map = map.without("comes" + std::to_string(random.below(900)));
    }
    for (std::size_t i = 0; i < stays; ++i) CHECK(met["stays" + std::to_string(i)] == 1);
    for (const auto& [key, times] : met) CHECK(times == 1);
  }
}

TEST_CASE("persistent map: a scan of nothing, and behind a key that is not there") {
  const PersistentMap<int> none;
  std::size_t of_none = 0;
  none.scan("", [&](const std::string&, int) { return ++of_none, true; });
  CHECK(of_none == 0);
  const auto map = none.with("a", 1).with("b", 2);
  std::size_t count = 0;
  map.scan("never", [&](const std::string&, int) { return ++count, true; });
  std::size_t all = 0;
  map.scan("", [&](const std::string&, int) { return ++all, true; });
  CHECK(count <= 2);
  CHECK(all == 2);
}

TEST_CASE("persistent map: made of all entries at once, as made one by one") {
  for (const int count : {0, 1, 16, 17, 1000, 5000}) {
    std::vector<std::pair<std::string, int>> entries;
    Model model;
    for (int i = 0; i < count; ++i) {
      entries.emplace_back(std::to_string(i), i);
      model[std::to_string(i)] = i;
    }
    auto map = PersistentMap<int>::of(entries);
    CHECK(map.size() == model.size());
    CHECK(contents(map) == model);
    map = map.with("new", 7).without("0");
    CHECK(*map.find("new") == 7);
    CHECK(map.find("0") == nullptr);
  }
  const auto twice = PersistentMap<int>::of({{"a", 1}, {"a", 2}});
  CHECK(twice.size() == 1);
  CHECK(*twice.find("a") == 2);
}

}  // namespace mainstay::persistent_map_test
