#include "apps/clusters/inbound/http/catalog_json.hpp"

#include <doctest/doctest.h>

#include "platform/json/json.hpp"

namespace mainstay::clusters::catalog_json_test {

TEST_CASE("catalog json: names that Backstage admits, one for each object") {
  CHECK(entity_name("nodegroup", "", "workers") == "nodegroup-workers");
  CHECK(entity_name("secret", "shop", "db") == "secret-shop-db");
  const std::string longer = entity_name("nodegroup", "", std::string(200, 'a'));
  CHECK(longer.size() == 63);
  CHECK(longer != entity_name("nodegroup", "", std::string(201, 'a')));
  NodeGroup group;
  group.name = "workers";
  CHECK(group_entity_ref(group) == "resource:default/nodegroup-workers");
}

TEST_CASE("catalog json: a group as a Resource with its owner") {
  NodeGroup group;
  group.name = "workers";
  group.default_instance_type = "m5.large";
  group.capacity = CapacityType::on_demand;
  group.sizes = {1, 4, 2};
  std::string out;
  append_group_entity(out, group, InstanceTypeSet{}, "group:default/platform");
  const auto entity = json::parse(out);
  REQUIRE(entity.has_value());
  CHECK(*entity->find_string("apiVersion") == "backstage.io/v1alpha1");
  CHECK(*entity->find_string("kind") == "Resource");
  CHECK(*entity->find("spec")->find_string("type") == "node-group");
  CHECK(*entity->find("spec")->find_string("owner") == "group:default/platform");
  const json::Value& metadata = *entity->find("metadata");
  CHECK(*metadata.find("tags") == json::Value{json::Array{"m5-large", "on-demand"}});
  CHECK(*metadata.find_string("description") == "1 to 4 nodes of m5.large");
  CHECK(metadata.find("annotations")->find("mainstay/monthly-cost") == nullptr);
  group.object_labels = {{"team", "data"}};
  out.clear();
  append_group_entity(out, group, InstanceTypeSet{}, "group:default/platform");
  CHECK(out.find("\"owner\":\"group:default/data\"") != std::string::npos);
}

TEST_CASE("catalog json: secrets and types") {
  std::string out;
  append_secret_entity(out, ObjectFacts{{.name = "db", .namespace_name = "shop"}, {}, {}}, "x");
  CHECK(out.find("\"name\":\"secret-shop-db\"") != std::string::npos);
  CHECK(out.find("\"title\":\"shop/db\"") != std::string::npos);
  InstanceType type;
  type.name = "m5.large";
  type.vcpu = 2;
  type.memory_bytes = 8ULL << 30U;
  type.family = "General purpose";
  out.clear();
  append_type_entity(out, type, Currency{}, "x");
  CHECK(out.find("\"description\":\"2 vCPU, 8 GiB\"") != std::string::npos);
  CHECK(out.find("general-purpose") != std::string::npos);
}

}  // namespace mainstay::clusters::catalog_json_test
