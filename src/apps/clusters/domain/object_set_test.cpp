#include "apps/clusters/domain/object_set.hpp"

#include <map>
#include <string>

#include <doctest/doctest.h>

#include "base/random.hpp"

namespace mainstay::clusters::object_set_test {

struct Thing {
  std::string name;
  std::string space;
  int version = 0;
};
std::string_view object_name(const Thing& thing) { return thing.name; }
std::string_view object_namespace(const Thing& thing) { return thing.space; }

using Things = ObjectSet<Thing>;
using Model = std::map<std::pair<std::string, std::string>, Things::Pointer>;

Things::Pointer thing(std::string name, std::string space, int version = 0) {
  return std::make_shared<const Thing>(Thing{std::move(name), std::move(space), version});
}

bool is_like(const Things& things, const Model& model) {
  auto expected = model.begin();
  bool same = things.size() == model.size();
  things.for_each_shared([&](const Things::Pointer& one) {
    same = same && expected != model.end() && expected++->second == one;
  });
  return same;
}

TEST_CASE("object set: a name is found in its namespace, and in the first that has it") {
  const Things set =
      Things::of({thing("b", "x"), thing("a", "y"), thing("a", "x"), thing("a", "x", 2)});
  CHECK(set.size() == 3);
  CHECK(set.find("a", "x")->version == 2);
  CHECK(set.find("a", "z") == nullptr);
  CHECK(set.find_anywhere("a")->space == "x");
  CHECK(set.find_anywhere("") == nullptr);
  CHECK(set.find_anywhere("c") == nullptr);
  CHECK(Things{}.find_anywhere("a") == nullptr);
  CHECK(set.find_shared("b", "x").get() == set.find("b", "x"));
}

TEST_CASE("object set: changes are as a map's, and what is held stays as it was") {
  Random random{7};
  Things set;
  Model model;
  Things held;
  Model held_model;
  for (int i = 0; i < 4'000; ++i) {
    auto one =
        thing("n" + std::to_string(random.below(700)), "s" + std::to_string(random.below(2)), i);
    if (random.below(3) == 0) {
      set = set.without(one->name, one->space);
      model.erase({one->name, one->space});
    } else {
      model[{one->name, one->space}] = one;
      set = set.with(std::move(one));
    }
    if (i == 2'000) {
      held = set;
      held_model = model;
    }
  }
  CHECK(is_like(set, model));
  CHECK(is_like(held, held_model));

  Model told = held_model;
  set.differences(
      held,
      [&](const Things::Pointer& one) {
        told[{one->name, one->space}] = one;
      },
      [&](const Things::Pointer& one) {
        told.erase({one->name, one->space});
      });
  CHECK(is_like(set, told));
}

TEST_CASE("object set: what two sets share is no difference") {
  std::vector<Things::Pointer> all;
  for (int i = 0; i < 1'000; ++i) all.push_back(thing(std::to_string(i), "s"));
  const Things before = Things::of(all);
  const Things after = before.with(thing("500", "s", 2)).without("7", "s").with(thing("x", "s"));
  int added = 0;
  int removed = 0;
  const auto count_added = [&](const Things::Pointer&) { ++added; };
  const auto count_removed = [&](const Things::Pointer&) { ++removed; };
  after.differences(before, count_added, count_removed);
  CHECK(added == 2);
  CHECK(removed == 1);
  before.differences(before, count_added, count_removed);
  Things{}.differences(before, count_added, count_removed);
  CHECK(added == 2);
  CHECK(removed == 1'001);
}

}  // namespace mainstay::clusters::object_set_test
