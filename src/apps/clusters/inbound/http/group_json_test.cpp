#include "apps/clusters/inbound/http/group_json.hpp"

#include <doctest/doctest.h>

#include "platform/json/json.hpp"

namespace mainstay::clusters::group_json_test {
namespace {

InstanceTypeSet two_types() {
  InstanceTypeOrigin origin;
  origin.currency = *Currency::parse("USD");
  InstanceType large;
  large.name = "m5.large";
  large.family = "General purpose";
  large.memory_bytes = 8ULL << 30U;
  large.vcpu = 2;
  large.architecture = Architecture::x86_64;
  large.price = parse_hourly("0.107");
  InstanceType odd;
  odd.name = "x9.odd";
  return InstanceTypeSet{origin, {large, odd}};
}

}  // namespace

TEST_CASE("group json: an instance type, with a price and without") {
  std::string out;
  const InstanceTypeSet types = two_types();
  append_instance_type(out, *types.find("m5.large"), types.origin().currency);
  CHECK(out == R"({"name":"m5.large","family":"General purpose","memory":8589934592,"vcpu":2,)"
               R"("gpu":0,"architecture":"x86_64","current":true,"hourly_price":"0.107",)"
               R"("currency":"USD"})");
  out.clear();
  append_instance_type(out, *types.find("x9.odd"), types.origin().currency);
  CHECK(json::parse(out)->find("hourly_price")->is_null());
}

TEST_CASE("group json: what an object does not say is null, as the API has always told it") {
  std::string out;
  NodeGroup group;
  group.name = "bare";
  group.kind = "nodegroup";
  append_group(out, group, two_types());
  CHECK(out.starts_with(R"({"name":"bare","instance_name":null,"ephemeral":null,"state":null,)"
                        R"("min_size":null,"max_size":null,"instance_type":null,)"));
  const auto parsed = json::parse(out);
  REQUIRE(parsed.has_value());
  CHECK(parsed->find("monthly_cost")->is_null());
}

TEST_CASE("group json: a whole group, with what its target costs a month") {
  std::string out;
  NodeGroup group;
  group.name = "workers";
  group.default_instance_type = "m5.large";
  group.ephemeral_storage = "100Gi";
  group.state = parse_node_group_state("draining");
  group.sizes = {1, 4, 2};
  group.labels = {{"a/b", "c\"d"}};
  group.taints = {{"gpu", "yes", TaintEffect::no_schedule}};
  group.object_labels = {{"team", "data"}};
  append_group(out, group, two_types());
  const auto parsed = json::parse(out);
  REQUIRE(parsed.has_value());
  CHECK(*parsed->find_string("state") == "Unknown(\"draining\")");
  CHECK(*parsed->find("instance_type")->find_string("name") == "m5.large");
  CHECK(*parsed->find("monthly_cost")->find_string("target") == "156.22");
  CHECK(*parsed->find("monthly_cost")->find_string("most") == "312.44");
  CHECK(*parsed->find("labels")->find_string("a/b") == "c\"d");
  CHECK(*parsed->find_string("team") == "data");
}

}  // namespace mainstay::clusters::group_json_test
