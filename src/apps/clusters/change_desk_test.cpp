#include "apps/clusters/change_desk.hpp"

#include <functional>
#include <future>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "apps/clusters/codec/yaml.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/kind_manifests.hpp"
#include "apps/clusters/outbound/memory/memory_cluster.hpp"
#include "apps/clusters/ports/kept_audit.hpp"
#include "apps/clusters/sealing_certificates.hpp"
#include "platform/tls/digest.hpp"

namespace mainstay::clusters::change_desk_test {
namespace {

constexpr const char* folder = "infrastructure/_catalog/templates/";

/// Keeps what was proposed; a proposal has a pull request at once.
class KeptProposals final : public Proposals {
 public:
  void propose(Change change, std::vector<ChangeStep> before, Done<ChangeRequest> done) override {
    ChangeRequest request;
    request.id = ChangeId{"00000000000000" + std::to_string(10 + all.size())};
    request.change = std::move(change);
    request.timeline = std::move(before);
    request.state = ChangeState::rendered;
    all.push_back(request);
    done(std::move(request));
  }
  void when_proposed(ChangeId id, Millis, Done<ChangeRequest> done) override {
    for (ChangeRequest& one : all) {
      if (one.id != id) continue;
      one.state = ChangeState::pull_request_open;
      one.pull_request = {7, "https://forge.example/pulls/7"};
      return done(one);
    }
    done(Error{Errc::change_not_found});
  }
  void find(ChangeId, Done<ChangeRequest> done) override { done(Error{Errc::change_not_found}); }
  void find_by_key(std::string requested_by, std::string key,
                   Done<std::optional<ChangeRequest>> done) override {
    for (const ChangeRequest& one : all) {
      const Change& change = one.change;
      if (change.requested_by == requested_by && change.idempotency_key == key) {
        return done(std::optional{one});
      }
    }
    done(std::optional<ChangeRequest>{});
  }
  void list(Query, Done<std::vector<Listed>> done) override { done(std::vector<Listed>{}); }
  void try_again(ChangeId, std::string, Done<ChangeRequest> done) override {
    done(Error{Errc::change_not_found});
  }
  Subscription subscribe(Listener) override { return {}; }

  std::vector<ChangeRequest> all;
};

class KeptRepository final : public Repository {
 public:
  Result<RepositoryView> read(std::string_view) override {
    if (on_read) on_read();
    if (fails) return Error{Errc::git_failed, "exit status 128"};
    RepositoryView view;
    view.commit = "abc";
    for (const auto& [path, content] : files) view.files.push_back({path, content});
    return view;
  }
  Result<Pushed> push(const ChangeRequest&, const std::string&) override {
    return Error{Errc::git_failed};
  }
  Result<bool> contains(const std::string&, const std::string&) override { return false; }
  [[nodiscard]] const std::string& base_branch() const override { return branch; }

  std::map<std::string, std::string> files;
  std::string branch = "main";
  std::function<void()> on_read = {};
  bool fails = false;
};

class FixedCatalogue final : public InstanceCatalogue {
 public:
  FixedCatalogue() {
    InstanceTypeOrigin origin;
    origin.currency = *Currency::parse("USD");
    std::vector<InstanceType> types;
    for (const auto& [name, price] : {std::pair{"m5.large", "0.1"}, {"m5.xlarge", "0.2"}}) {
      InstanceType type;
      type.name = name;
      type.price = parse_hourly(price);
      types.push_back(type);
    }
    set = std::make_shared<InstanceTypeSet>(origin, std::move(types));
  }
  [[nodiscard]] std::shared_ptr<const InstanceTypeSet> current() const override { return set; }
  [[nodiscard]] Status status() const override { return {}; }
  std::shared_ptr<const InstanceTypeSet> set;
};

/// Denies groups whose name begins with "no".
class NamePolicy final : public Policy {
 public:
  [[nodiscard]] std::vector<Verdict> verdicts(const PolicyChange& change,
                                              const PolicyFacts&) const override {
    const bool denies = change.after && change.after->name.starts_with("no");
    return {{"names", denies ? Verdict::Outcome::deny : Verdict::Outcome::pass, "as they are"}};
  }
};

/// Answers a dry run as it was told.
class ToldWriter final : public ClusterWriter {
 public:
  void apply(ApplyRequest request, Done<ApplyVerdict> done) override {
    applied.push_back(std::move(request.object));
    if (fails) return done(Error{Errc::cluster_unavailable, "no route"});
    done(verdict);
  }
  void remove(ObjectReference object, ApplyRequest::Mode, Done<ApplyVerdict> done) override {
    removed.push_back(object.kind + " " + object.name);
    done(verdict);
  }
  void read(ObjectReference, Done<Document> done) override { done(Document{}); }
  void may(AccessQuestion question, Done<bool> done) override {
    asked.push_back(std::move(question));
    if (fails) return done(Error{Errc::cluster_unavailable, "no route"});
    done(admits);
  }
  void fetch(std::string, std::string, std::string, Done<std::string> done) override {
    done(std::string{});
  }
  void post(std::string, std::string, std::string, std::string, Done<ServiceAnswer> done) override {
    done(ServiceAnswer{503, {}});
  }
  ApplyVerdict verdict{.accepted = true, .created = true, .status = 201};
  bool fails = false;
  bool admits = true;
  std::vector<AccessQuestion> asked;
  std::vector<Document> applied;
  std::vector<std::string> removed;
};

std::vector<NodeGroupKind> all_kinds() {
  std::vector<NodeGroupKind> kinds;
  for (const Document& one : builtin_node_group_kinds()) kinds.push_back(*node_group_kind(one));
  return kinds;
}

struct DeskFixture {
  MachineClock clock;
  MemoryCluster cluster;
  ToldWriter writer;
  FixedCatalogue catalogue;
  NamePolicy policy;
  ManifestTemplates templates;
  KindManifests manifests{all_kinds(), templates};
  SealingCertificates certificates{nullptr, {}, clock};
  SecretsDesk secrets{certificates, clock};
  KeptRepository repository;
  KeptProposals proposals;
  KeptAudit audit;
  DeskOptions options = {};
  ChangeDesk desk{DeskParts{.clock = clock,
                            .cluster = cluster,
                            .writer = &writer,
                            .catalogue = catalogue,
                            .policy = policy,
                            .manifests = manifests,
                            .secrets = secrets,
                            .certificates = certificates,
                            .repository = &repository,
                            .proposals = proposals,
                            .audit = &audit,
                            .sha256 = tls::sha256},
                  options};

  explicit DeskFixture(DeskOptions wanted = {}) : options(std::move(wanted)) { desk.start(); }

  static Order order() {
    Order order;
    order.asker.name = "ada";
    order.asker.email = "ada@example.org";
    return order;
  }
  static GroupRequest request(std::string name) {
    DocumentObject body{{"name", std::move(name)}, {"default_instance_type", "m5.large"},
                        {"ephemeral", "100Gi"},    {"min_size", "1"},
                        {"max_size", "4"},         {"target_size", "2"}};
    return *read_new_group(Document{std::move(body)});
  }
  Result<ChangeRequest> create(std::string name, Order how = order()) {
    std::promise<Result<ChangeRequest>> made;
    desk.create_group(request(std::move(name)), std::move(how),
                      [&](Result<ChangeRequest> one) { made.set_value(std::move(one)); });
    return made.get_future().get();
  }
  Result<ChangeRequest> update(std::string name, DocumentObject body, Order how = order()) {
    std::promise<Result<ChangeRequest>> made;
    desk.update_group(std::move(name), Document{std::move(body)}, std::move(how),
                      [&](Result<ChangeRequest> one) { made.set_value(std::move(one)); });
    return made.get_future().get();
  }
  Result<ChangeRequest> remove(std::string name) {
    std::promise<Result<ChangeRequest>> made;
    desk.remove_group(std::move(name), order(),
                      [&](Result<ChangeRequest> one) { made.set_value(std::move(one)); });
    return made.get_future().get();
  }
  /// As if it had been merged.
  void merge_last() {
    for (const FileChange& file : proposals.all.back().change.files) {
      if (file.content) {
        repository.files[file.path] = *file.content;
      } else {
        repository.files.erase(file.path);
      }
    }
  }
  std::string refusal(const Result<ChangeRequest>& made) {
    return made.has_error() ? std::string{made.error().name()} : "none";
  }
};

}  // namespace

TEST_CASE("change desk: a new group becomes a proposal with diff, cost, verdicts and dry run") {
  DeskFixture f;
  const auto made = f.create("workers");
  REQUIRE(made.has_value());
  CHECK(made->pull_request.number == 7);
  const Change& change = made->change;
  CHECK(change.title == "Add node group workers");
  CHECK(change.requested_by == "ada <ada@example.org>");
  REQUIRE(change.files.size() == 1);
  CHECK(change.files[0].path == std::string{folder} + "nodegroup-workers.yaml");
  const auto object = yaml::parse_one(*change.files[0].content);
  REQUIRE(object.has_value());
  CHECK(*object->find_string("kind") == "NodeGroup");
  CHECK(f.manifests.read("nodegroup", *object)->sizes == NodeGroupSizes{1, 4, 2});
  CHECK(change.facts.diff.find("+++ b/" + change.files[0].path) != std::string::npos);
  CHECK(change.facts.monthly_cost.starts_with("+146.00 USD a month"));
  CHECK(change.facts.verdicts == std::vector<std::string>{"pass: names: as they are"});
  CHECK(change.facts.dry_run == "It would be created.");
  CHECK(change.body.find("It would be created.") != std::string::npos);
  REQUIRE(made->timeline.size() == 3);
  CHECK(made->timeline[2].state == ChangeState::policy_checked);
}

TEST_CASE("change desk: what is there already is refused, unless it is the same") {
  DeskFixture f;
  REQUIRE(f.create("workers").has_value());
  f.merge_last();
  CHECK(f.create("workers").has_value());
  f.repository.files.begin()->second += "# changed\n";
  CHECK(f.refusal(f.create("workers")) == "already_exists");
}

TEST_CASE("change desk: an update keeps what it does not know, a removal takes the file away") {
  DeskFixture f;
  CHECK(f.refusal(f.update("workers", {{"max_size", 9}})) == "node_group_not_found");
  CHECK(f.refusal(f.remove("workers")) == "node_group_not_found");
  REQUIRE(f.create("workers").has_value());
  f.merge_last();
  std::string& text = f.repository.files.begin()->second;
  text += "notes: by hand\n";
  const auto made = f.update("workers", {{"max_size", 9}, {"reason", "more load"}});
  REQUIRE(made.has_value());
  CHECK(made->change.facts.diff.find("notes: by hand") == std::string::npos);
  CHECK(made->change.files[0].content->find("notes: by hand") != std::string::npos);
  CHECK(made->change.body.find("more load") != std::string::npos);
  CHECK(f.refusal(f.update("workers", {{"min_size", 10}})) == "field_invalid");
  const auto removed = f.remove("workers");
  REQUIRE(removed.has_value());
  CHECK_FALSE(removed->change.files[0].content.has_value());
  CHECK(removed->change.facts.monthly_cost.starts_with("-146.00 USD"));
  CHECK(f.writer.removed == std::vector<std::string>{"NodeGroup workers"});
}

TEST_CASE("change desk: the same key is the same request, whatever has become of it") {
  DeskFixture f;
  Order keyed = DeskFixture::order();
  keyed.idempotency_key = "k";
  keyed.asked = "1";
  const auto first = f.create("workers", keyed);
  REQUIRE(first.has_value());
  f.merge_last();
  f.repository.files.begin()->second += "# changed\n";
  const auto again = f.create("workers", keyed);
  REQUIRE(again.has_value());
  CHECK(again->id == first->id);
  CHECK(f.proposals.all.size() == 1);
  keyed.asked = "2";
  CHECK(f.refusal(f.create("workers", keyed)) == "idempotency_key_reused");
}

TEST_CASE("change desk: denied by a policy, and that is written down") {
  DeskFixture f;
  CHECK(f.refusal(f.create("no-way")) == "policy_denied");
  REQUIRE(f.audit.entries.size() == 1);
  CHECK(f.audit.entries[0].outcome == "refused");
  CHECK(f.audit.entries[0].actor == "ada <ada@example.org>");
  CHECK(f.proposals.all.empty());
}

TEST_CASE("change desk: dry runs that refuse for good end it, others are told") {
  DeskFixture f;
  f.writer.verdict = {.accepted = false, .status = 422, .reason = "Invalid", .message = "size"};
  CHECK(f.refusal(f.create("workers")) == "cluster_refused");
  f.writer.verdict = {.accepted = false, .status = 403, .reason = "Forbidden", .message = "no"};
  CHECK(f.create("workers")->change.facts.dry_run == "Forbidden: no");
  f.writer.fails = true;
  CHECK(f.create("others")->change.facts.dry_run.starts_with("It could not be asked: "));
}

TEST_CASE("change desk: plans, unknown types, a repository that fails") {
  DeskFixture f;
  Order plan = DeskFixture::order();
  plan.only_plan = true;
  const auto planned = f.create("workers", plan);
  REQUIRE(planned.has_value());
  CHECK(planned->id.get().empty());
  CHECK_FALSE(planned->change.facts.diff.empty());
  CHECK(f.proposals.all.empty());
  Order at_once = DeskFixture::order();
  at_once.wait = false;
  CHECK(f.create("workers", at_once)->state == ChangeState::rendered);
  CHECK(f.refusal(f.update("workers", {{"default_instance_type", "m5.huge"}})) ==
        "node_group_not_found");
  f.merge_last();
  CHECK(f.refusal(f.update("workers", {{"default_instance_type", "m5.huge"}})) == "field_invalid");
  f.repository.fails = true;
  CHECK(f.refusal(f.create("more")) == "git_failed");
}

TEST_CASE("change desk: what the address says and the body does not counts") {
  DeskFixture f;
  Order direct = DeskFixture::order();
  direct.skip_pull_request = true;
  direct.reason = "load";
  const auto made = f.create("workers", direct);
  REQUIRE(made.has_value());
  CHECK(made->change.skip_pull_request);
  CHECK(made->change.body.find("load") != std::string::npos);
  f.merge_last();
  const auto changed = f.update("workers", {{"max_size", 9}}, direct);
  REQUIRE(changed.has_value());
  CHECK(changed->change.skip_pull_request);
  CHECK(changed->change.body.find("load") != std::string::npos);
  const auto other = f.update("workers", {{"max_size", 8}, {"skip_pull_request", true}});
  CHECK(other->change.skip_pull_request);
}

TEST_CASE("change desk: a namespace may be others', and that is written down") {
  DeskOptions options;
  options.namespace_roles = *NamespaceRoles::parse(std::vector<std::string>{"*: shop_team"});
  DeskFixture f{options};
  CHECK(f.refusal(f.create("workers")) == "permission_missing");
  REQUIRE(f.audit.entries.size() == 1);
  CHECK(f.audit.entries[0].more.back().second.find("shop_team") != std::string::npos);
  CHECK(f.writer.applied.empty());
  Order member = DeskFixture::order();
  member.asker.roles = {"shop_team"};
  CHECK(f.create("workers", member).has_value());
  // Of a kind that is in no namespace, one that was asked for is not believed.
  f.merge_last();
  CHECK(f.refusal(f.remove("workers")) == "permission_missing");
  Order local = DeskFixture::order();
  local.asker.may_everything = true;
  CHECK(f.create("others", local).has_value());
}

TEST_CASE("change desk: the cluster is asked whether whoever asks may do it themselves") {
  DeskOptions options;
  options.review = DeskOptions::Review::by_email;
  DeskFixture f{options};
  Order order = DeskFixture::order();
  order.asker.roles = {"clusters_author"};
  REQUIRE(f.create("workers", order).has_value());
  REQUIRE(f.writer.asked.size() == 1);
  const AccessQuestion& asked = f.writer.asked[0];
  CHECK(asked.user == "ada@example.org");
  CHECK(asked.groups == std::vector<std::string>{"mainstay:clusters_author"});
  CHECK(asked.verb == "create");
  CHECK(asked.object.kind == "NodeGroup");
  CHECK(asked.object.name == "workers");
  f.merge_last();
  f.writer.admits = false;
  CHECK(f.refusal(f.remove("workers")) == "permission_missing");
  CHECK(f.writer.asked.back().verb == "delete");
  CHECK(f.writer.removed.empty());
  f.writer.fails = true;  // nobody knows: no
  CHECK(f.refusal(f.create("more", order)) == "cluster_unavailable");
  order.asker.email.clear();
  CHECK(f.refusal(f.create("more", order)) == "permission_missing");
  CHECK(f.proposals.all.size() == 1);
}

TEST_CASE("change desk: a bounded queue") {
  DeskOptions options;
  options.queue_max = 1;
  DeskFixture f{options};
  std::promise<void> entered;
  std::promise<void> go_on;
  f.repository.on_read = [&, first = true]() mutable {
    if (!std::exchange(first, false)) return;
    entered.set_value();
    go_on.get_future().wait();
  };
  std::vector<std::promise<Result<ChangeRequest>>> made(3);
  const auto ask = [&](std::size_t number) {
    f.desk.create_group(
        DeskFixture::request("group-" + std::to_string(number)), DeskFixture::order(),
        [&, number](Result<ChangeRequest> one) { made[number].set_value(std::move(one)); });
  };
  ask(0);
  entered.get_future().wait();  // the lane is in it, and its queue empty
  ask(1);
  ask(2);
  CHECK(f.refusal(made[2].get_future().get()) == "busy");
  go_on.set_value();
  // The first one's dry run comes back to a queue that is full: it is told so too.
  CHECK(f.refusal(made[0].get_future().get()) == "busy");
  CHECK(made[1].get_future().get().has_value());
}

TEST_CASE("change desk: secrets without a certificate, and those that are not there") {
  DeskFixture f;
  std::promise<Result<ChangeRequest>> made;
  f.desk.remove_secret(SecretName{"db"}, DeskFixture::order(),
                       [&](Result<ChangeRequest> one) { made.set_value(std::move(one)); });
  CHECK(f.refusal(made.get_future().get()) == "secret_not_found");
  SecretContent content;
  content.name = SecretName{"db"};
  content.namespace_name = NamespaceName{"shop"};
  std::promise<Result<ChangeRequest>> sealed;
  f.desk.create_secret(std::move(content), DeskFixture::order(),
                       [&](Result<ChangeRequest> one) { sealed.set_value(std::move(one)); });
  CHECK(f.refusal(sealed.get_future().get()) == "certificate_unavailable");
}

}  // namespace mainstay::clusters::change_desk_test
