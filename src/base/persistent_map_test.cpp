#include "base/persistent_map.hpp"

#include <map>

#include <doctest/doctest.h>

#include "base/random.hpp"

namespace mainstay {
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

}  // namespace mainstay
