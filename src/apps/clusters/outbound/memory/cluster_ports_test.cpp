#include <doctest/doctest.h>

#include "apps/clusters/outbound/memory/memory_cluster.hpp"
#include "apps/clusters/ports/cluster_reader.hpp"
#include "apps/clusters/ports/cluster_writer.hpp"

namespace mainstay::clusters::cluster_ports_test {

std::shared_ptr<const CacheView<NodeGroup>> kind(std::string name, std::string version,
                                                 SystemTime heard) {
  auto view = std::make_shared<CacheView<NodeGroup>>();
  view->objects = ObjectSet<NodeGroup>::of({std::make_shared<const NodeGroup>(
      NodeGroup{.name = std::move(name), .kind = "of " + version})});
  view->state = {.name = "k",
                 .synced = true,
                 .resource_version = std::move(version),
                 .heard = heard,
                 .objects = 1};
  return view;
}

TEST_CASE(
    "cluster reader: kinds of node groups are read in their order, the oldest tells the age") {
  MemoryCluster cluster;
  int changes = 0;
  cluster.on_change([&changes] { ++changes; });
  CHECK(cluster.node_groups()->resource_version().empty());
  CHECK(cluster.node_groups()->synced());

  NodeGroupsView view;
  view.kinds = {kind("a", "7", SystemTime{Seconds{20}}), kind("a", "9", SystemTime{Seconds{10}}),
                kind("b", "3", SystemTime{Seconds{30}})};
  cluster.publish({.node_groups = std::make_shared<const NodeGroupsView>(std::move(view))});
  CHECK(changes == 1);
  const auto groups = cluster.node_groups();
  CHECK(groups->resource_version() == "7,9,3");
  CHECK(groups->heard() == SystemTime{Seconds{10}});
  CHECK(groups->find("a")->kind == "of 7");
  CHECK(groups->find("c") == nullptr);
  CHECK(groups->size() == 3);
  CHECK(cluster.states().size() == 5);
}

TEST_CASE("cluster writer: a verdict begins as none") {
  CHECK_FALSE(ApplyVerdict{}.accepted);
  CHECK(ApplyRequest{}.mode == ApplyRequest::Mode::dry_run);
}

}  // namespace mainstay::clusters::cluster_ports_test
