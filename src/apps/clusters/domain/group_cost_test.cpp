#include "apps/clusters/domain/group_cost.hpp"

#include <doctest/doctest.h>

#include "apps/clusters/domain/node_group.hpp"

namespace mainstay::clusters::group_cost_test {
namespace {

InstanceType type(std::string name, std::optional<std::int64_t> nanos) {
  InstanceType out;
  out.name = std::move(name);
  if (nanos) out.price = HourlyPrice{*nanos};
  return out;
}

InstanceTypeSet prices() {
  InstanceTypeOrigin origin;
  origin.currency = Currency::parse("USD").value();
  return {origin,
          {type("m5.large", 107'000'000), type("m5a.large", 96'000'000),
           type("m5.xlarge", 214'000'000), type("x9.large", {})}};
}

GroupFacts group(std::vector<std::string> types, std::uint64_t target, std::uint64_t most) {
  GroupFacts out;
  out.name = "web";
  out.instance_types = std::move(types);
  out.size_target = target;
  out.size_max = most;
  return out;
}

TEST_CASE("group cost: the target of the default type, the most of the dearest") {
  const auto cost = cost_of(group({"m5.large", "m5a.large", "m5.xlarge"}, 3, 10), prices());
  REQUIRE(cost.has_value());
  CHECK(to_text(cost->target) == "234.33 USD");
  CHECK(to_text(cost->most) == "1,562.20 USD");
}

TEST_CASE("group cost: what is not known is told by name") {
  const InstanceTypeSet types = prices();
  CHECK(cost_of(group({}, 1, 1), types).error().is(CostErrc::no_instance_type));
  const auto unknown = cost_of(group({"m5.large", "m9.large"}, 1, 1), types);
  CHECK(unknown.error().is(CostErrc::type_unknown));
  CHECK(unknown.error().detail() == "m9.large");
  CHECK(cost_of(group({"x9.large"}, 1, 1), types).error().is(CostErrc::price_unknown));
  // Nothing runs, nothing is paid.
  CHECK(cost_of(group({"m9.large"}, 0, 0), types).value().most.amount == Minor{0});
}

TEST_CASE("group cost: what a change costs, made, grown and removed") {
  const InstanceTypeSet types = prices();
  const GroupFacts small = group({"m5.large"}, 1, 2);
  const GroupFacts large = group({"m5.xlarge"}, 2, 2);
  const auto made = cost_change({}, small, types).value();
  CHECK(to_text(made.difference, Sign::always) == "+78.11 USD");
  CHECK(to_text(made.difference_most, Sign::always) == "+156.22 USD");
  CHECK_FALSE(made.before.has_value());
  const auto grown = cost_change(small, large, types).value();
  CHECK(to_text(grown.difference) == "234.33 USD");
  CHECK(to_text(grown.difference_most) == "156.22 USD");
  const auto removed = cost_change(large, {}, types).value();
  CHECK(to_text(removed.difference) == "-312.44 USD");
  CHECK(cost_change(small, group({"m9"}, 1, 1), types).has_error());
}

TEST_CASE("group cost: facts of a node group") {
  NodeGroup from;
  from.name = "web";
  from.namespace_name = "shop";
  from.default_instance_type = "m5.large";
  from.alternates = {"m5a.large"};
  from.sizes = {.min = 2, .max = {}, .target = 1};
  from.labels = {{"team", "nodes"}};
  const GroupFacts facts = facts_of(from, "team");
  CHECK(facts.name_space == "shop");
  CHECK(facts.team == "nodes");
  CHECK(facts.instance_types == std::vector<std::string>{"m5.large", "m5a.large"});
  CHECK(facts.size_min == 2);
  CHECK(facts.size_target == 2);
  CHECK(facts.size_max == 2);
  from.object_labels = {{"x", "y"}, {"team", "payments"}};
  CHECK(facts_of(from, "team").team == "payments");
  CHECK(facts_of(from, "owner").team.empty());
  from.sizes = {.min = -4, .max = 7, .target = {}};
  CHECK(facts_of(from, "team").size_min == 0);
  CHECK(facts_of(from, "team").size_max == 7);
  CHECK(facts_of(NodeGroup{}, "team").instance_types.empty());
}

}  // namespace
}  // namespace mainstay::clusters::group_cost_test
