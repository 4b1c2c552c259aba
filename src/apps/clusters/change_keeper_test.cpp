#include "apps/clusters/change_keeper.hpp"

#include <future>
#include <memory>
#include <optional>
#include <set>

#include <doctest/doctest.h>

#include "apps/clusters/errc.hpp"
#include "apps/clusters/outbound/memory/memory_change_store.hpp"
#include "platform/tls/digest.hpp"

namespace mainstay::clusters::change_keeper_test {
namespace {

const SystemTime start{Micros{1'700'000'000'000'000}};

/// Which call of all that leave the keeper goes wrong, and how.
struct Fault {
  enum class Kind : std::uint8_t {
    none,
    before,  // an error, and nothing was done
    after,   // done, but an error: the answer was lost
    crash,   // done, and nobody lives to hear of it
  };
  Kind kind = Kind::none;
  int at = 0;
};

/// What survives the process: the store, the repository, the forge, the cluster.
struct World {
  MemoryChangeStore store{tls::sha256};
  std::map<std::string, std::string> base;  // path to content
  std::map<std::string, std::vector<FileChange>> branches;
  int base_commits = 0;
  struct Pull {
    NewPullRequest wanted;
    PullRequestState state = PullRequestState::open;
  };
  std::map<std::int64_t, Pull> pulls;
  SyncState sync = SyncState::unknown;

  Fault fault;
  int calls = 0;
  bool is_dead = false;  // the process: no call does anything any more
  bool was_hit = false;

  /// Runs the effect, or not.
  template <class T, class Effect>
  Result<T> call(Effect effect) {
    if (is_dead) return Error{Errc::git_failed, "dead"};
    if (fault.kind == Fault::Kind::none || ++calls != fault.at) return effect();
    was_hit = true;
    if (fault.kind == Fault::Kind::before) return Error{Errc::git_failed, "fault"};
    auto done = effect();
    is_dead = fault.kind == Fault::Kind::crash;
    return Error{Errc::git_failed, "fault"};
  }

  void merge(std::int64_t number) {
    Pull& pull = pulls.at(number);
    pull.state = PullRequestState::merged;
    for (const FileChange& file : branches.at(pull.wanted.head)) commit(file);
    ++base_commits;
  }
  void commit(const FileChange& file) {
    if (file.content) {
      base[file.path] = *file.content;
    } else {
      base.erase(file.path);
    }
  }
};

class WorldStore final : public ChangeStore {
 public:
  explicit WorldStore(World& world) : world_(world) {}
  void add(ChangeRequest request, AuditEntry entry, Done<Added> done) override {
    done(world_.call<Added>([&] {
      std::optional<Result<Added>> out;
      world_.store.add(request, entry, [&](Result<Added> added) { out.emplace(std::move(added)); });
      return std::move(*out);
    }));
  }
  Result<> save(const ChangeRequest& request, bool is_open, const AuditEntry* entry) override {
    auto done = world_.call<bool>([&]() -> Result<bool> {
      MS_TRY_VOID(world_.store.save(request, is_open, entry));
      return true;
    });
    return done.has_value() ? Result<>{} : Result<>{done.error()};
  }
  Result<std::vector<ChangeRequest>> load_open() override { return world_.store.load_open(); }
  void find(ChangeId id, Done<ChangeRequest> done) override {
    world_.store.find(std::move(id), std::move(done));
  }
  void find_by_key(std::string requested_by, std::string idempotency_key,
                   Done<std::optional<ChangeRequest>> done) override {
    world_.store.find_by_key(std::move(requested_by), std::move(idempotency_key), std::move(done));
  }
  void list(Proposals::Query query, Done<std::vector<Proposals::Listed>> done) override {
    world_.store.list(std::move(query), std::move(done));
  }

 private:
  World& world_;
};

class WorldRepository final : public Repository {
 public:
  explicit WorldRepository(World& world) : world_(world) {}
  Result<RepositoryView> read(std::string_view) override { return RepositoryView{}; }
  Result<bool> contains(const std::string&, const std::string&) override { return true; }
  const std::string& base_branch() const override { return main_; }
  Result<Pushed> push(const ChangeRequest& request, const std::string& branch) override {
    return world_.call<Pushed>([&]() -> Result<Pushed> {
      if (!refusal.empty()) return Error{Errc::forge_refused, refusal};
      const auto& files = request.change.files;
      const bool is_there = std::ranges::all_of(files, [&](const FileChange& file) {
        const auto found = world_.base.find(file.path);
        return file.content ? found != world_.base.end() && found->second == *file.content
                            : found == world_.base.end();
      });
      if (is_there) return Pushed{"base" + std::to_string(world_.base_commits), true};
      if (branch == main_) {
        for (const FileChange& file : files) world_.commit(file);
        return Pushed{"base" + std::to_string(++world_.base_commits)};
      }
      world_.branches[branch] = files;
      return Pushed{"commit of " + branch};
    });
  }
  std::string refusal;

 private:
  World& world_;
  const std::string main_ = "main";
};

class WorldForge final : public Forge {
 public:
  explicit WorldForge(World& world) : world_(world) {}
  Result<PullRequestStatus> open(const NewPullRequest& wanted) override {
    return world_.call<PullRequestStatus>([&]() -> Result<PullRequestStatus> {
      for (const auto& [number, pull] : world_.pulls) {
        const bool is_open = pull.state == PullRequestState::open;
        if (is_open && pull.wanted.head == wanted.head) return status(number);
      }
      const auto number = static_cast<std::int64_t>(world_.pulls.size()) + 1;
      world_.pulls[number] = {wanted};
      return status(number);
    });
  }
  Result<PullRequestStatus> find(std::int64_t number) override {
    return world_.call<PullRequestStatus>(
        [&]() -> Result<PullRequestStatus> { return status(number); });
  }
  std::string_view kind() const override { return "world"; }

 private:
  PullRequestStatus status(std::int64_t number) const {
    const auto& pull = world_.pulls.at(number);
    return {.pull_request = {number, "http://forge/" + std::to_string(number)},
            .state = pull.state,
            .merge_commit = pull.state == PullRequestState::merged ? "merge" : "",
            .merged_by = pull.state == PullRequestState::merged ? "cat" : ""};
  }
  World& world_;
};

class WorldSync final : public SyncWatch {
 public:
  explicit WorldSync(World& world) : world_(world) {}
  SyncStatus look(const ChangeRequest&) override { return {world_.sync, "the cluster says so"}; }

 private:
  World& world_;
};

/// A process: what dies in a crash.
class Process {
 public:
  explicit Process(World& world, ManualClock& clock, ChangeKeeperOptions options = {},
                   bool has_forge = true)
      : store_(world), repository(world), forge_(world), sync_(world), clock_(clock) {
    world.is_dead = false;
    options.round_every = Millis{3'600'000};  // rounds are the test's
    keeper.emplace(ChangeKeeper::Ports{.store = store_,
                                       .repository = repository,
                                       .forge = has_forge ? &forge_ : nullptr,
                                       .sync = &sync_,
                                       .clock = clock,
                                       .sha256 = tls::sha256,
                                       .make_id = [this] { return make_id(); }},
                   std::move(options));
    REQUIRE(keeper->start().has_value());
  }

  Result<ChangeRequest> propose(Change change) {
    std::promise<Result<ChangeRequest>> promise;
    keeper->propose(std::move(change), {{ChangeState::requested, clock_.wall(), {}}},
                    [&](Result<ChangeRequest> done) { promise.set_value(std::move(done)); });
    return promise.get_future().get();
  }
  std::future<Result<ChangeRequest>> when_proposed(const ChangeId& id, Millis patience) {
    auto promise = std::make_shared<std::promise<Result<ChangeRequest>>>();
    keeper->when_proposed(id, patience, [promise](Result<ChangeRequest> done) {
      promise->set_value(std::move(done));
    });
    return promise->get_future();
  }
  Result<ChangeRequest> find(const ChangeId& id) {
    std::promise<Result<ChangeRequest>> promise;
    keeper->find(id, [&](Result<ChangeRequest> done) { promise.set_value(std::move(done)); });
    return promise.get_future().get();
  }
  /// Everything that is due now, and again a minute later.
  void rounds(int count = 1) {
    for (int n = 0; n < count; ++n) {
      clock_.advance(Seconds{60});
      keeper->round_now();
    }
  }

 private:
  static std::string make_id() {
    static std::atomic<int> last{0};
    return std::to_string(1'000'000'000'000'000 + ++last);
  }
  WorldStore store_;

 public:
  WorldRepository repository;

 private:
  WorldForge forge_;
  WorldSync sync_;
  ManualClock& clock_;

 public:
  std::optional<ChangeKeeper> keeper;
};

Change change(std::string key = "key") {
  return {.name = "blue",
          .files = {{"infra/blue.yaml", "kind: NodeGroup\n"}},
          .title = "Create blue",
          .body = "body",
          .requested_by = "ann",
          .idempotency_key = std::move(key)};
}

std::string states_of(const ChangeRequest& request) {
  std::string out;
  for (const ChangeStep& step : request.timeline) out += std::string{name_of(step.state)} + ' ';
  return out;
}

constexpr std::string_view whole_way =
    "requested rendered branch_pushed pull_request_open merged syncing ready ";
// Its pull request was opened, and merged, while nobody was there to hear of it.
constexpr std::string_view unheard_way = "requested rendered branch_pushed merged syncing ready ";

TEST_CASE("change keeper: a request goes its way to ready, and listeners hear each step") {
  World world;
  ManualClock clock{start};
  Process process{world, clock};
  auto heard = std::make_shared<Locked<std::vector<ChangeState>>>();
  const auto subscription = process.keeper->subscribe([heard](const ChangeRequest& request) {
    auto all = heard->lock();
    all->push_back(request.state);
  });
  const auto proposed = process.propose(change());
  REQUIRE(proposed.has_value());
  CHECK(proposed->state == ChangeState::rendered);
  auto shown = process.when_proposed(proposed->id, Millis{60'000}).get();
  REQUIRE(shown.has_value());
  CHECK(shown->state == ChangeState::pull_request_open);
  CHECK(shown->pull_request.url == "http://forge/1");
  CHECK(world.pulls.at(1).wanted.body == "body");
  CHECK(shown->branch.starts_with("mainstay/create-nodegroup-blue-"));
  process.rounds();
  CHECK(process.find(proposed->id)->state == ChangeState::pull_request_open);
  world.merge(1);
  process.keeper->look_now(1);
  process.keeper->round_now();
  CHECK(process.find(proposed->id)->state == ChangeState::merged);
  world.sync = SyncState::syncing;
  process.rounds();
  CHECK(process.find(proposed->id)->state == ChangeState::syncing);
  world.sync = SyncState::degraded;
  process.rounds(3);
  CHECK(process.find(proposed->id)->state == ChangeState::degraded);
  world.sync = SyncState::ready;
  process.rounds();
  const auto done = process.find(proposed->id);
  CHECK(states_of(*done) ==
        "requested rendered branch_pushed pull_request_open merged syncing "
        "degraded ready ");
  CHECK(process.keeper->open() == 0);
  auto all = heard->lock();
  CHECK(all->size() == 7);
}

/// Proposes like a client that asks again until it hears something, and lives through crashes.
/// Whether the fault was met.
bool carried_through(World& world, ManualClock& clock) {
  auto process = std::make_unique<Process>(world, clock);
  std::optional<ChangeId> id;
  for (int n = 0; n < 20; ++n) {
    if (world.is_dead) {
      process.reset();
      process = std::make_unique<Process>(world, clock);
    }
    if (!id) {
      auto proposed = process->propose(change());
      if (proposed.has_value()) id = proposed->id;
    }
    process->rounds();
    if (world.pulls.contains(1) && world.pulls.at(1).state == PullRequestState::open) {
      world.merge(1);
    }
  }
  REQUIRE(id.has_value());
  const auto done = process->find(*id);
  REQUIRE(done.has_value());
  const bool is_unheard = states_of(*done) == unheard_way;
  CHECK((is_unheard || states_of(*done) == whole_way));
  CHECK((!is_unheard || world.fault.kind != Fault::Kind::before));
  CHECK(done->last_error.empty());
  CHECK(world.pulls.size() == 1);
  CHECK(world.branches.size() == 1);
  CHECK(world.base_commits == 1);
  AuditChain chain{tls::sha256};
  std::multiset<std::string> actions;
  for (const AuditRecord& record : world.store.audit()) {
    CHECK(chain.next(record) == std::nullopt);
    actions.insert(record.entry.action);
  }
  for (const std::string_view one : {"proposed", "branch_pushed", "merged", "syncing", "ready"}) {
    CHECK(actions.count("change." + std::string{one}) == 1);
  }
  CHECK(actions.count("change.pull_request_open") == (is_unheard ? 0 : 1));
  CHECK(actions.size() == (is_unheard ? 5 : 6));
  return world.was_hit;
}

TEST_CASE("change keeper: any call may fail, lose its answer or be the last before a crash") {
  for (const Fault::Kind kind : {Fault::Kind::before, Fault::Kind::after, Fault::Kind::crash}) {
    int swept = 0;
    for (int n = 1;; ++n) {
      World world;
      ManualClock clock{start};
      world.fault = {kind, n};
      world.sync = SyncState::ready;
      CAPTURE(static_cast<int>(kind));
      CAPTURE(n);
      if (!carried_through(world, clock)) break;
      swept = n;
    }
    CHECK(swept >= 8);  // add, push, save, open, save, find, save, save, save
  }
}

TEST_CASE("change keeper: skipping the pull request commits on the base, once, over crashes") {
  for (int n = 1; n < 6; ++n) {
    World world;
    ManualClock clock{start};
    world.fault = {Fault::Kind::crash, n};
    world.sync = SyncState::ready;
    Change direct = change();
    direct.skip_pull_request = true;
    auto process = std::make_unique<Process>(world, clock);
    for (int tries = 0; tries < 3; ++tries) {
      static_cast<void>(process->propose(direct));
      process->rounds();
      if (!world.is_dead) continue;
      process.reset();
      process = std::make_unique<Process>(world, clock);
    }
    process->rounds(2);
    CHECK(world.base_commits == 1);
    CHECK(world.pulls.empty());
    std::promise<std::vector<Proposals::Listed>> promise;
    process->keeper->list({}, [&](Result<std::vector<Proposals::Listed>> all) {
      promise.set_value(std::move(*all));
    });
    const auto all = promise.get_future().get();
    REQUIRE(all.size() == 1);
    CHECK(states_of(all[0].request) == "requested rendered merged syncing ready ");
  }
}

TEST_CASE("change keeper: without a forge only what skips pull requests") {
  World world;
  ManualClock clock{start};
  Process process{world, clock, {}, false};
  const auto refused = process.propose(change());
  REQUIRE(refused.has_error());
  CHECK(refused.error().is(Errc::forge_refused));
  CHECK(world.base_commits == 0);
  Change direct = change();
  direct.skip_pull_request = true;
  const auto taken = process.propose(direct);
  REQUIRE(taken.has_value());
  const auto shown = process.when_proposed(taken->id, Millis{60'000}).get();
  CHECK(shown->state == ChangeState::merged);
  CHECK(world.base_commits == 1);
}

TEST_CASE("change keeper: who merged it is written down") {
  World world;
  ManualClock clock{start};
  Process process{world, clock};
  const auto proposed = process.propose(change());
  (void)process.when_proposed(proposed->id, Millis{60'000}).get();
  world.merge(1);
  process.rounds();
  std::string told;
  for (const AuditRecord& record : world.store.audit()) {
    if (record.entry.action != "change.merged") continue;
    for (const auto& [name, value] : record.entry.more) {
      if (name == "merged_by") told = value;
    }
  }
  CHECK(told == "cat");
}

TEST_CASE("change keeper: what is there already is merged at once") {
  World world;
  ManualClock clock{start};
  world.base["infra/blue.yaml"] = "kind: NodeGroup\n";
  Process process{world, clock};
  const auto proposed = process.propose(change());
  const auto shown = process.when_proposed(proposed->id, Millis{60'000}).get();
  CHECK(shown->state == ChangeState::merged);
  CHECK(world.pulls.empty());
}

TEST_CASE("change keeper: an idempotency key gives the same request, or a refusal") {
  World world;
  ManualClock clock{start};
  Process process{world, clock};
  const auto first = process.propose(change("k"));
  CHECK(process.propose(change("k"))->id == first->id);
  Change other = change("k");
  other.files[0].content = "other";
  CHECK(process.propose(other).error().is(Errc::idempotency_key_reused));
  CHECK(process.propose(change(""))->id != first->id);
  process.rounds();
  CHECK(world.pulls.size() == 1);  // the same content has the same branch
}

TEST_CASE("change keeper: what it does not take") {
  World world;
  ManualClock clock{start};
  Process process{world, clock, {.folder = "infrastructure/_catalog/templates", .open_max = 2}};
  const auto refused = [&](Change wanted) {
    auto proposed = process.propose(std::move(wanted));
    REQUIRE(proposed.has_error());
    return std::string{proposed.error().name()};
  };
  Change wanted = change();
  wanted.files.clear();
  CHECK(refused(wanted) == "field_invalid");
  const std::string folder = "infrastructure/_catalog/templates/";
  wanted.files = {{folder + "../x", "y"}};
  CHECK(refused(wanted) == "field_invalid");
  wanted.files = {{"elsewhere/x", "y"}};
  CHECK(refused(wanted) == "field_invalid");
  wanted.files = {{folder + "x", "\xff"}};
  CHECK(refused(wanted) == "field_invalid");
  wanted.files = {{folder + "x", std::string(9U << 20U, 'x')}};
  CHECK(refused(wanted) == "too_large");
  const auto good = [&](std::string key) {
    Change one = change(std::move(key));
    one.files = {{folder + "blue.yaml", "kind: NodeGroup\n"}};
    return one;
  };
  CHECK(refused(good(std::string(200, 'k'))) == "idempotency_key_invalid");
  REQUIRE(process.propose(good("1")).has_value());
  REQUIRE(process.propose(good("2")).has_value());
  CHECK(refused(good("3")) == "busy");
}

TEST_CASE("change keeper: a refusal fails the request, and somebody has it tried again") {
  World world;
  ManualClock clock{start};
  Process process{world, clock};
  process.repository.refusal = "Authentication failed";
  const auto proposed = process.propose(change());
  const auto shown = process.when_proposed(proposed->id, Millis{60'000}).get();
  CHECK(shown->state == ChangeState::failed);
  CHECK(shown->last_error.find("Authentication failed") != std::string::npos);
  process.repository.refusal.clear();
  const auto try_again = [&] {
    std::promise<Result<ChangeRequest>> promise;
    process.keeper->try_again(proposed->id, "bob", [&](Result<ChangeRequest> done) {
      promise.set_value(std::move(done));
    });
    return promise.get_future().get();
  };
  CHECK(try_again().has_value());
  process.rounds();
  CHECK(process.find(proposed->id)->state == ChangeState::pull_request_open);
  CHECK(try_again().error().is(Errc::conflict));
}

TEST_CASE("change keeper: who waits is answered in the end") {
  World world;
  ManualClock clock{start};
  auto process = std::make_unique<Process>(world, clock);
  world.fault = {Fault::Kind::before, 2};  // the push
  const auto proposed = process->propose(change());
  auto soon = process->when_proposed(proposed->id, Millis{60'000});
  CHECK(soon.get()->last_error == "git failed: fault");  // it is being tried again
  CHECK(process->when_proposed(ChangeId{"none"}, Millis{1}).get().has_error());
  process->rounds(3);
  CHECK(process->find(proposed->id)->state == ChangeState::pull_request_open);
}

}  // namespace
}  // namespace mainstay::clusters::change_keeper_test
