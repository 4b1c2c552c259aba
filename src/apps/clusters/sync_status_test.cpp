#include "apps/clusters/sync_status.hpp"

#include <set>

#include <doctest/doctest.h>

#include "apps/clusters/codec/yaml.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/outbound/memory/memory_cluster.hpp"
#include "apps/clusters/repository_applier.hpp"

namespace mainstay::clusters::sync_status_test {
namespace {

class FakeRepository final : public Repository {
 public:
  Result<RepositoryView> read(std::string_view) override { return view; }
  Result<Pushed> push(const ChangeRequest&, const std::string&) override {
    return Errc::git_failed;
  }
  Result<bool> contains(const std::string& descendant, const std::string& ancestor) override {
    ++asked;
    return history.contains({descendant, ancestor});
  }
  const std::string& base_branch() const override { return base_; }

  RepositoryView view;
  std::set<std::pair<std::string, std::string>> history;  // descendant, ancestor
  int asked = 0;

 private:
  const std::string base_ = "main";
};

NodeGroup group(std::string name, std::string state) {
  NodeGroup out;
  out.name = std::move(name);
  if (!state.empty()) out.state = parse_node_group_state(state);
  return out;
}

class Fixture {
 public:
  Fixture() {
    request.change.name = "blue";
    request.state = ChangeState::merged;
    request.merge_commit = "m1";
    show(std::nullopt);
  }
  void show(std::optional<NodeGroup> one) {
    auto kind = std::make_shared<CacheView<NodeGroup>>();
    kind->state.synced = true;
    if (one) {
      kind->objects = kind->objects.with(std::make_shared<const NodeGroup>(std::move(*one)));
    }
    auto view = std::make_shared<NodeGroupsView>();
    view->kinds = {std::move(kind)};
    content.node_groups = std::move(view);
    cluster.publish(content);
  }
  void deliver(Delivery one) {
    auto view = std::make_shared<CacheView<Delivery>>();
    one.name = "infra";
    view->objects = view->objects.with(std::make_shared<const Delivery>(std::move(one)));
    content.deliveries = {std::move(view)};
    cluster.publish(content);
  }
  std::string look(std::function<std::string()> applied = {}) {
    SyncStatusReader reader{cluster, repository, "https://Git.test/acme/infra.git",
                            std::move(applied)};
    const SyncStatus status = reader.look(request);
    const char* names[] = {"unknown", "syncing", "ready", "degraded"};
    return std::string{names[static_cast<int>(status.state)]} + ": " + status.note;
  }

  ChangeRequest request;
  FakeRepository repository;
  MemoryCluster cluster;
  MemoryCluster::Content content;
};

TEST_CASE("sync status: without deliveries the object itself decides") {
  Fixture fixture;
  CHECK(fixture.look() == "syncing: it is not in the cluster yet");
  fixture.show(group("blue", ""));
  CHECK(fixture.look() == "syncing: its controller has not said anything yet");
  fixture.show(group("blue", "processing"));
  CHECK(fixture.look() == "syncing: Processing");
  fixture.show(group("blue", "invalid"));
  CHECK(fixture.look() == "degraded: Invalid");
  fixture.show(group("blue", "present"));
  CHECK(fixture.look() == "ready: Present");
  fixture.request.change.verb = ChangeVerb::remove;
  CHECK(fixture.look() == "syncing: it is still there");
  fixture.show(group("other", "present"));
  CHECK(fixture.look() == "ready: it is gone");
}

TEST_CASE("sync status: a change is delivered by a revision that contains its merge") {
  Fixture fixture;
  fixture.show(group("blue", "present"));
  Delivery delivery;
  delivery.repository = "git@git.test:acme/infra";
  delivery.revision = "0123456789abcdef";
  fixture.deliver(delivery);
  CHECK(fixture.look() == "syncing: infra is at 0123456789ab");
  fixture.repository.history.insert({delivery.revision, "m1"});
  CHECK(fixture.look() == "ready: Present");
  delivery.health = "Degraded";
  fixture.deliver(delivery);
  CHECK(fixture.look() == "degraded: infra is degraded");
  delivery.phase = "Failed";
  delivery.message = "no quota";
  fixture.deliver(delivery);
  CHECK(fixture.look() == "degraded: infra: no quota");
  delivery.repository = "https://git.test/acme/other.git";  // somebody else's
  fixture.deliver(delivery);
  CHECK(fixture.look() == "ready: Present");
}

TEST_CASE("sync status: git is asked once for two commits") {
  Fixture fixture;
  Delivery delivery;
  delivery.revision = "r";
  fixture.deliver(delivery);
  SyncStatusReader reader{fixture.cluster, fixture.repository, "", {}};
  for (int n = 0; n < 5; ++n) static_cast<void>(reader.look(fixture.request));
  CHECK(fixture.repository.asked == 1);
}

TEST_CASE("sync status: secrets are ready when their controller could open them") {
  Fixture fixture;
  fixture.request.change.kind = ChangeKind::secret;
  fixture.request.change.name_space = "apps";
  CHECK(fixture.look() == "syncing: sealed secrets have not been read yet");
  const auto show = [&](std::string synced) {
    const auto object = yaml::parse_one("{metadata: {name: blue, namespace: apps}}");
    SealedSecretFacts facts = sealed_secret_facts(*object);
    facts.synced = std::move(synced);
    facts.message = "no key could decrypt it";
    auto view = std::make_shared<CacheView<SealedSecretFacts>>();
    view->state.synced = true;
    view->objects = view->objects.with(std::make_shared<const SealedSecretFacts>(facts));
    fixture.content.sealed_secrets = std::move(view);
    fixture.cluster.publish(fixture.content);
  };
  show("False");
  CHECK(fixture.look() == "degraded: no key could decrypt it");
  show("True");
  CHECK(fixture.look() == "ready: Synced");
  fixture.request.change.name_space = "other";
  CHECK(fixture.look() == "syncing: it is not in the cluster yet");
  fixture.request.change.kind = ChangeKind::reseal;
  CHECK(fixture.look() == "ready: delivered");
  CHECK(fixture.look([] { return std::string{}; }) == "syncing: not applied yet");
}

/// What was asked of the cluster, in order; refuses objects called `bad`.
class FakeWriter final : public ClusterWriter {
 public:
  void apply(ApplyRequest request, Done<ApplyVerdict> done) override {
    const std::string name{text_at(request.object, {"metadata", "name"})};
    const std::string_view state = text_at(request.object, {"status", "state"});
    calls += (state.empty() ? "apply " : "state ") + name + ' ';
    if (is_away) return done(Errc::cluster_unavailable);
    ApplyVerdict verdict;
    verdict.accepted = name != "bad";
    verdict.message = "it is bad";
    done(std::move(verdict));
  }
  void remove(ObjectReference object, ApplyRequest::Mode, Done<ApplyVerdict> done) override {
    calls += "remove " + object.kind + '/' + object.name + ' ';
    ApplyVerdict verdict;
    verdict.accepted = true;
    done(std::move(verdict));
  }
  void read(ObjectReference, Done<Document> done) override { done(Document{}); }
  void may(AccessQuestion, Done<bool> done) override { done(true); }
  void fetch(std::string, std::string, std::string, Done<std::string> done) override {
    done(Errc::cluster_refused);
  }
  void post(std::string, std::string, std::string, std::string, Done<ServiceAnswer> done) override {
    done(ServiceAnswer{503, {}});
  }

  std::string calls;
  bool is_away = false;
};

std::string manifest(std::string_view kind, std::string_view name) {
  return "apiVersion: v1\nkind: " + std::string{kind} +
         "\nmetadata:\n  name: " + std::string{name} + "\n";
}

TEST_CASE(
    "repository applier: brings what is new, removes what is gone, and goes on past bad ones") {
  FakeRepository repository;
  FakeWriter cluster;
  std::string errors;
  RepositoryApplier applier{repository, cluster, "infra", [] { return std::string{}; },
                            [&](const Error& error) { errors += error.message() + '\n'; }};
  repository.view = {"c1",
                     {{"a.yaml", manifest("NodeGroup", "a")},
                      {"b.yaml", manifest("SealedSecret", "bad")},
                      {"c.yaml", "no: [manifest"},
                      {"d.yaml", manifest("SealedSecret", "d")},
                      {"README.md", "text"}}};
  applier.look();
  CHECK(cluster.calls == "apply a state a apply bad apply d ");
  CHECK(applier.applied() == "c1");
  CHECK(errors.find("b.yaml") != std::string::npos);
  CHECK(errors.find("c.yaml") != std::string::npos);
  cluster.calls.clear();
  applier.look();
  CHECK(cluster.calls.empty());

  repository.view.commit = "c2";
  repository.view.files.erase(repository.view.files.begin());
  cluster.calls.clear();
  applier.look();
  CHECK(cluster.calls == "remove NodeGroup/a ");

  repository.view = {"c3", {{"e.yaml", manifest("NodeGroup", "e")}}};
  cluster.is_away = true;
  applier.look();
  CHECK(applier.applied() == "c2");  // it is tried again
  cluster.is_away = false;
  applier.look();
  CHECK(applier.applied() == "c3");
}

}  // namespace
}  // namespace mainstay::clusters::sync_status_test
