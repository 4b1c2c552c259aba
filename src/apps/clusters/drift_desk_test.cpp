#include "apps/clusters/drift_desk.hpp"

#include <doctest/doctest.h>

#include "apps/clusters/errc.hpp"
#include "apps/clusters/outbound/memory/memory_cluster.hpp"
#include "apps/clusters/ports/repository.hpp"

namespace mainstay::clusters::drift_desk_test {
namespace {

struct Files final : Repository {
  Result<RepositoryView> read(std::string_view folder) override {
    CHECK(folder == "infrastructure/_catalog/templates");
    if (fails) return Error{Errc::git_failed, "the remote hung up"};
    return RepositoryView{"c0ffee", files};
  }
  Result<Pushed> push(const ChangeRequest& /*request*/, const std::string& /*branch*/) override {
    return Errc::git_failed;
  }
  Result<bool> contains(const std::string& /*descendant*/,
                        const std::string& /*ancestor*/) override {
    return false;
  }
  [[nodiscard]] const std::string& base_branch() const override { return branch; }

  std::vector<RepositoryFile> files{};
  bool fails = false;
  std::string branch = "main";
};

std::string manifest(const std::string& name, int most) {
  return "apiVersion: cluster.unicron.mpi-internal.com/v1alpha1\nkind: NodeGroup\nmetadata:\n"
         "  name: " +
         name + "\nspec:\n  size:\n    max: " + std::to_string(most) + "\n    min: 1\n";
}

struct Desk {
  Desk() {
    for (const Document& one : builtin_node_group_kinds()) {
      kinds.push_back(node_group_kind(one).value());
    }
  }
  void publish(std::vector<NodeGroup> groups, bool synced = true) {
    auto kind = std::make_shared<CacheView<NodeGroup>>();
    std::vector<std::shared_ptr<const NodeGroup>> shared;
    for (NodeGroup& one : groups) shared.push_back(std::make_shared<NodeGroup>(std::move(one)));
    kind->objects = ObjectSet<NodeGroup>::of(std::move(shared));
    kind->state.synced = synced;
    auto view = std::make_shared<NodeGroupsView>();
    view->kinds.push_back(std::move(kind));
    MemoryCluster::Content content;
    content.node_groups = std::move(view);
    cluster.publish(std::move(content));
  }
  Result<DriftReport> look() {
    return DriftDesk{{.repository = files, .cluster = cluster, .kinds = kinds}}.look();
  }

  Files files{};
  MemoryCluster cluster{};
  std::vector<NodeGroupKind> kinds{};
};

NodeGroup group(std::string name, std::int64_t most) {
  NodeGroup out;
  out.name = std::move(name);
  out.sizes.min = 1;
  out.sizes.max = most;
  return out;
}

TEST_CASE("drift desk: manifests of the repository against the cluster's groups") {
  Desk desk;
  desk.files.files = {{"t/nodegroup-a.yaml", manifest("a", 5)},
                      {"t/more.yml", manifest("b", 5) + "---\n" + manifest("c", 5)},
                      {"t/notes.md", "not: [yaml"},
                      {"t/broken.yaml", "a: [1"},
                      {"t/other.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n"}};
  desk.publish({group("a", 5), group("b", 9), group("by-hand", 1)});
  const auto report = desk.look();
  REQUIRE(report.has_value());
  CHECK(report->commit == "c0ffee");
  CHECK(report->in_repository == 3);
  CHECK(report->in_cluster == 3);
  REQUIRE(report->drift.size() == 3);
  CHECK(report->drift[0].name == "b");
  CHECK(report->drift[0].fields == std::vector<FieldDrift>{{"size.max", "5", "9"}});
  CHECK(report->drift[1].kind == Drift::Kind::missing_in_repository);
  CHECK(report->drift[2].name == "c");
  REQUIRE(report->unreadable.size() == 1);
  CHECK(report->unreadable[0].starts_with("t/broken.yaml: "));
}

TEST_CASE("drift desk: nothing is told before the cluster was read, or without the repository") {
  Desk desk;
  desk.publish({}, false);
  CHECK(desk.look().error().is(Errc::not_ready));
  desk.publish({});
  CHECK(desk.look().value().drift.empty());
  desk.files.fails = true;
  CHECK(desk.look().error().is(Errc::git_failed));
}

}  // namespace
}  // namespace mainstay::clusters::drift_desk_test
