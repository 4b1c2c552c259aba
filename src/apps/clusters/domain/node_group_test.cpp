#include "apps/clusters/domain/node_group.hpp"

#include <doctest/doctest.h>

namespace mainstay::clusters::node_group_test {

using Phase = NodeGroupState::Phase;

TEST_CASE("node group: states are read in any case, and told as the API always told them") {
  CHECK(parse_node_group_state("present") == NodeGroupState{Phase::present, {}});
  CHECK(parse_node_group_state("PROCESSING") == NodeGroupState{Phase::processing, {}});
  CHECK(to_text(parse_node_group_state("aBsEnT")) == "Absent");
  CHECK(to_text(parse_node_group_state("invalid")) == "Invalid");
  CHECK(to_text(parse_node_group_state("Draining")) == R"(Unknown("Draining"))");
  CHECK(to_text(parse_node_group_state("a\"b\\c\n")) == R"(Unknown("a\"b\\c\n"))");
}

TEST_CASE("node group: taints are read in both spellings") {
  CHECK(parse_taint_effect("NO_SCHEDULE") == TaintEffect::no_schedule);
  CHECK(parse_taint_effect("PreferNoSchedule") == TaintEffect::prefer_no_schedule);
  CHECK(parse_taint_effect("NoExecute") == TaintEffect::no_execute);
  CHECK(parse_taint_effect("Sometimes") == std::nullopt);
  CHECK(to_text(TaintEffect::no_execute) == "NoExecute");
}

TEST_CASE("node group: capacity types keep their words") {
  CHECK(parse_capacity_type("spot") == CapacityType::spot);
  CHECK(parse_capacity_type("on_demand") == CapacityType::on_demand);
  CHECK(parse_capacity_type("ON_DEMAND") == std::nullopt);
  CHECK(to_text(CapacityType::unknown) == "unknown");
}

}  // namespace mainstay::clusters::node_group_test
