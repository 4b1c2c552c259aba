#include "apps/clusters/domain/node_group_kinds.hpp"

#include <doctest/doctest.h>

#include "apps/clusters/domain/document.hpp"

namespace mainstay::clusters::node_group_kinds_test {

using Members = DocumentObject;
using Items = DocumentArray;
using Phase = NodeGroupState::Phase;

NodeGroupKind builtin(std::string_view name) {
  for (const Document& one : builtin_node_group_kinds()) {
    auto kind = node_group_kind(one);
    REQUIRE(kind.has_value());
    if (kind->name == name) return *std::move(kind);
  }
  FAIL("no such kind");
  return {};
}

TEST_CASE("node group kinds: the service's own object, in both spellings of its types") {
  const NodeGroupKind kind = builtin("nodegroup");
  CHECK(kind.api_version() == "cluster.unicron.mpi-internal.com/v1alpha1");
  for (const char* types : {"instanceTypes", "instance_types"}) {
    const NodeGroup group = read_node_group(
        kind,
        Members{{"metadata", Members{{"name", "web"},
                                     {"resourceVersion", "7"},
                                     {"labels", Members{{"team", "shop"}}}}},
                {"spec",
                 Members{{"size", Members{{"min", 1}, {"max", 5}, {"target", "3"}}},
                         {"storage", Members{{"ephemeral", "100Gi"}}},
                         {types, Members{{"default", "m5.large"},
                                         {"alternates", Items{"m5a.large", 7, "m4.large"}}}},
                         {"lifecycle", "spot"},
                         {"kubernetes", Members{{"labels", Members{{"tier", "front"}}},
                                                {"taints", Items{Members{{"key", "only"},
                                                                         {"value", "web"},
                                                                         {"effect", "NoSchedule"}},
                                                                 Members{{"key", "odd"}}}}}}}},
                {"status", Members{{"state", "processing"}}}});
    CHECK(group == NodeGroup{.name = "web",
                             .kind = "nodegroup",
                             .sizes = {1, 5, 3},
                             .default_instance_type = "m5.large",
                             .alternates = {"m5a.large", "m4.large"},
                             .capacity = CapacityType::spot,
                             .ephemeral_storage = "100Gi",
                             .labels = {{"tier", "front"}},
                             .taints = {{"only", "web", TaintEffect::no_schedule}},
                             .provider = "aws",
                             .state = NodeGroupState{Phase::processing, {}},
                             .object_labels = {{"team", "shop"}},
                             .resource_version = "7"});
  }
}

TEST_CASE("node group kinds: a new object of the service has what its template always wrote") {
  const Document object =
      new_node_group(builtin("nodegroup"),
                     {.name = "web", .sizes = {0, 2, 1}, .default_instance_type = "m5.large"});
  CHECK(same_content(
      object, Members{{"apiVersion", "cluster.unicron.mpi-internal.com/v1alpha1"},
                      {"kind", "NodeGroup"},
                      {"metadata", Members{{"name", "web"}}},
                      {"spec", Members{{"size", Members{{"min", 0}, {"max", 2}, {"target", 1}}},
                                       {"instanceTypes", Members{{"default", "m5.large"}}},
                                       {"enabled", true},
                                       {"availabilityZoneNumber", 1},
                                       {"lifecycle", "ondemand"},
                                       {"spotAllocationStrategy", "capacity-optimized"},
                                       {"kubernetes",
                                        Members{{"labels", Members{}}, {"taints", Items{}}}}}}}));
}

TEST_CASE("node group kinds: what is written is read again, for every kind") {
  NodeGroup group{.name = "web",
                  .namespace_name = {},
                  .sizes = {.max = 9, .target = 4},
                  .default_instance_type = "m5.large",
                  .capacity = CapacityType::spot,
                  .labels = {{"a", "b"}},
                  .object_labels = {{"team", "shop"}}};
  for (const std::string_view name : {"nodegroup", "nodepool", "machinepool"}) {
    CAPTURE(name);
    const NodeGroupKind kind = builtin(name);
    NodeGroup expected = group;
    expected.kind = kind.name;
    expected.provider = kind.provider;
    if (kind.namespaced) expected.namespace_name = "prod";
    if (kind.fields.capacity.empty()) expected.capacity = CapacityType::unknown;
    if (!kind.fields.min.empty()) expected.sizes.min = 2;
    if (!kind.fields.alternates.empty() || !kind.fields.instance_types.empty()) {
      expected.alternates = {"m5a.large"};
    }
    if (!kind.fields.zones.empty()) expected.zones = {"eu-west-1a", "eu-west-1b"};
    if (!kind.fields.taints.empty()) expected.taints = {{"k", {}, TaintEffect::no_execute}};
    NodeGroup read = read_node_group(kind, new_node_group(kind, expected));
    if (name == "machinepool") {  // the type is a label of the object, which is written behind
      CHECK(read.default_instance_type == "m5.large");
      read.object_labels = expected.object_labels;
    }
    CHECK(read == expected);
  }
}

TEST_CASE("node group kinds: a Karpenter pool") {
  const NodeGroupKind kind = builtin("nodepool");
  const auto requirement = [](const char* key, Items values) {
    return Members{{"key", key}, {"operator", "In"}, {"values", std::move(values)}};
  };
  Document pool = Members{
      {"metadata", Members{{"name", "general"}}},
      {"spec",
       Members{{"limits", Members{{"nodes", "10"}, {"cpu", "1000"}}},
               {"template",
                Members{{"spec", Members{{"requirements",
                                          Items{requirement("karpenter.sh/capacity-type",
                                                            {"spot", "on-demand"}),
                                                requirement("node.kubernetes.io/instance-type",
                                                            {"m5.large", "m5a.large"})}}}}}}}},
      {"status", Members{{"conditions", Items{Members{{"type", "Ready"}, {"status", "True"}}}}}}};
  const NodeGroup group = read_node_group(kind, pool);
  CHECK(group.sizes == NodeGroupSizes{.max = 10});
  CHECK(group.default_instance_type == "m5.large");
  CHECK(group.alternates == std::vector<std::string>{"m5a.large"});
  CHECK(group.capacity == CapacityType::unknown);  // both
  CHECK(group.state == NodeGroupState{Phase::present, {}});

  NodeGroup changed = group;
  changed.sizes.max = 12;
  changed.capacity = CapacityType::on_demand;
  write_node_group(kind, changed, pool);
  CHECK(text_at(pool, {"spec", "limits", "nodes"}) == "12");  // text stays text
  CHECK(text_at(pool, {"spec", "limits", "cpu"}) == "1000");
  CHECK(read_node_group(kind, pool) == changed);
  const Document fresh = new_node_group(kind, {.name = "g", .default_instance_type = "m5.large"});
  const auto* requirements =
      find_path(fresh, {"spec", "template", "spec", "requirements"})->if_array();
  REQUIRE(requirements->size() == 1);  // no requirement without values
  CHECK(text_at((*requirements)[0], {"operator"}) == "In");
}

TEST_CASE("node group kinds: a machine pool's limits are text in annotations") {
  const NodeGroupKind kind = builtin("machinepool");
  const Document object =
      new_node_group(kind, {.name = "p", .namespace_name = "prod", .sizes = {1, 5, 3}});
  CHECK(text_at(object, {"metadata", "annotations",
                         "cluster.x-k8s.io/cluster-api-autoscaler-node-group-max-size"}) == "5");
  CHECK(*find_path(object, {"spec", "replicas"})->if_int() == 3);
  CHECK(read_node_group(kind, object).sizes == NodeGroupSizes{1, 5, 3});
}

TEST_CASE("node group kinds: what a cluster may hold reads as nothing rather than failing") {
  const NodeGroupKind kind = builtin("nodegroup");
  for (const Document& odd :
       {Document{}, Document{7}, Document{Members{{"spec", Items{1}}}},
        Document{Members{{"spec", Members{{"size", "large"}, {"instanceTypes", Items{}}}}}}}) {
    CHECK(read_node_group(kind, odd) == NodeGroup{.kind = "nodegroup", .provider = "aws"});
  }
}

TEST_CASE("node group kinds: configuration that cannot be, refused by what is wrong") {
  const auto refused = [](const char* member, Document value) {
    Document configuration = builtin_node_group_kinds().front();
    set_member(configuration, member, std::move(value));
    const auto kind = node_group_kind(configuration);
    REQUIRE(kind.has_error());
    return kind.error().detail();
  };
  CHECK(refused("plural", "") ==
        "node group kind nodegroup: plural must be of letters, digits, . and -");
  CHECK(refused("group", "a/../b").find("group must be") != std::string::npos);
  CHECK(refused("paths", Members{{"sizes", "a"}}) ==
        "node group kind nodegroup: no field is called sizes");
  CHECK(refused("paths", Members{{"min", "a..b"}}).find("a step is empty") != std::string::npos);
  CHECK(refused("paths", Members{{"min", 7}}).find("a path is no text") != std::string::npos);
  CHECK(refused("fixed", Members{{"a[b]", 7}}).find("brackets hold") != std::string::npos);
  CHECK(refused("state_words", Members{{"Up", "running"}}).find("state_words.Up must be") !=
        std::string::npos);
}

}  // namespace mainstay::clusters::node_group_kinds_test
