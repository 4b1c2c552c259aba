#include "apps/clusters/domain/drift.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace mainstay::clusters::drift_test {
namespace {

NodeGroup group(std::string name) {
  NodeGroup out;
  out.name = std::move(name);
  out.sizes = {.min = 1, .max = 5, .target = 2};
  out.default_instance_type = "m5.large";
  out.alternates = {"m5a.large", "m4.large"};
  out.capacity = CapacityType::on_demand;
  out.zones = {"a", "b"};
  out.labels = {{"team", "web"}, {"tier", "1"}};
  out.taints = {{"dedicated", "web", TaintEffect::no_schedule},
                {"spot", "", TaintEffect::no_execute}};
  return out;
}

std::vector<FieldDrift> fields(const NodeGroup& wanted, const NodeGroup& is) {
  const auto drift = find_drift(std::span{&wanted, 1}, std::span{&is, 1});
  return drift.empty() ? std::vector<FieldDrift>{} : drift.front().fields;
}

TEST_CASE("drift: groups of one side only, by name") {
  std::vector<NodeGroup> repository{group("c"), group("a"), group("same")};
  std::vector<NodeGroup> cluster{group("same"), group("b")};
  cluster[1].namespace_name = "shop";
  const auto drift = find_drift(repository, cluster);
  REQUIRE(drift.size() == 3);
  CHECK(drift[0] == Drift{Drift::Kind::missing_in_cluster, "a", "", {}});
  CHECK(drift[1] == Drift{Drift::Kind::missing_in_cluster, "c", "", {}});
  CHECK(drift[2] == Drift{Drift::Kind::missing_in_repository, "b", "shop", {}});
  CHECK(to_text(drift[2].kind) == "missing_in_repository");
  CHECK(find_drift({}, {}).empty());
}

TEST_CASE("drift: order of what has none, states and versions are no difference") {
  NodeGroup is = group("a");
  std::ranges::reverse(is.labels);
  std::ranges::reverse(is.taints);
  std::ranges::reverse(is.zones);
  is.resource_version = "77";
  is.state = parse_node_group_state("present");
  is.provider = "aws";
  CHECK(fields(group("a"), is).empty());
}

TEST_CASE("drift: fields that differ are named with both sides") {
  NodeGroup is = group("a");
  is.sizes.max = 9;
  is.default_instance_type = "m5.xlarge";
  std::ranges::reverse(is.alternates);
  is.capacity = CapacityType::spot;
  is.labels = {{"tier", "2"}, {"extra", ""}};
  is.taints.pop_back();
  CHECK(fields(group("a"), is) ==
        std::vector<FieldDrift>{
            {"capacity", "on_demand", "spot"},
            {"instance_types.alternates", "m5a.large, m4.large", "m4.large, m5a.large"},
            {"instance_types.default", "m5.large", "m5.xlarge"},
            {"size.max", "5", "9"},
            {"labels.team", "\"web\"", ""},
            {"labels.tier", "\"1\"", "\"2\""},
            {"taints.spot:NoExecute", "\"\"", ""},
            {"labels.extra", "", "\"\""}});
}

TEST_CASE("drift: what the repository leaves open, and targets of an autoscaler, may be anything") {
  NodeGroup wanted = group("a");
  wanted.capacity = CapacityType::unknown;
  wanted.zones.clear();
  NodeGroup is = group("a");
  is.sizes.target = 5;
  is.zones = {"c"};
  is.ephemeral_storage = "20Gi";
  CHECK(fields(wanted, is).empty());
  is.sizes.target = 6;
  CHECK(fields(wanted, is) == std::vector<FieldDrift>{{"size.target", "2", "6"}});
  wanted.sizes.target = {};
  CHECK(fields(wanted, is).empty());
}

}  // namespace
}  // namespace mainstay::clusters::drift_test
