#include "apps/clusters/outbound/forge/embedded_forge.hpp"

#include <optional>
#include <span>

#include "apps/clusters/outbound/git/test_remote.hpp"
#include "apps/clusters/ports/forge_contract.hpp"
#include "platform/store/migrations.hpp"
#include "platform/store/test_databases.hpp"

namespace mainstay::clusters {
std::span<const store::Migration> migrations();  // generated from migrations/
}  // namespace mainstay::clusters

namespace mainstay::clusters::embedded_forge_test {
namespace {

const SystemTime now{Micros{1'700'000'000'000'000}};

class Holder {
 public:
  Holder() {
    store::Migrator migrator{*store_, migrations()};
    REQUIRE(migrator.up(now).has_value());
    remote.write("change", "from refs/heads/main^0\nM 100644 inline \"new.yaml\"\ndata 2\na\n\n");
  }
  EmbeddedForge& forge() { return forge_; }
  void merge(std::int64_t number) {
    const auto merged = forge_.merge(number, "ann");
    REQUIRE_MESSAGE(merged.has_value(), (merged ? "" : merged.error().message()));
  }
  void close(std::int64_t number) { REQUIRE(forge_.close(number, "ann").has_value()); }
  std::size_t opened() { return forge_.list(10)->size(); }
  std::string title(std::int64_t number) { return forge_.pull(number)->title; }

  TestRemote remote;

 private:
  store::SqliteOnFile database_;
  std::unique_ptr<store::Store> store_ = database_.open({});
  ManualClock clock_{now};
  EmbeddedForge forge_ = {remote.program(),
                          *store_,
                          clock_,
                          {.repository = remote.path(), .url_of = [](std::int64_t number) {
                             return "http://forge/" + std::to_string(number);
                           }}};
};

TEST_CASE("forge contract: embedded") { check_forge<Holder>(); }

TEST_CASE("embedded forge: what people see, and how a merge looks in the repository") {
  Holder holder;
  EmbeddedForge& forge = holder.forge();
  REQUIRE(forge.open({"change", "main", "Title", "Body"}).has_value());
  const auto diff = forge.diff(1);
  REQUIRE_MESSAGE(diff.has_value(), (diff ? "" : diff.error().message()));
  CHECK(diff->text.find("+++ b/new.yaml") != std::string::npos);
  CHECK(diff->can_merge);
  CHECK_FALSE(diff->is_signed);
  CHECK(diff->author == "Ann <ann@example.com>");
  holder.merge(1);
  CHECK(forge.merge(1, "bob").error().is(Errc::conflict));
  CHECK(forge.close(1, "bob").error().is(Errc::conflict));
  CHECK(forge.pull(1)->decided_by == "ann");
  CHECK(holder.remote.ask({"show", "-s", "--format=%s|%P", "main"}) ==
        "Merge pull request 1 from change|" + holder.remote.ask({"rev-parse", "main^1"}) + " " +
            holder.remote.ask({"rev-parse", "change"}));
  CHECK(forge.diff(1)->text == diff->text);  // as it was reviewed
}

TEST_CASE("embedded forge: the repository decides what is merged, also over a crash") {
  Holder holder;
  REQUIRE(holder.forge().open({"change", "main", "Title", "Body"}).has_value());
  // As when the process died between git and the store, or somebody pushed by hand.
  holder.remote.ask({"update-ref", "refs/heads/main", "refs/heads/change"});
  const auto found = holder.forge().find(1);
  REQUIRE_MESSAGE(found.has_value(), (found ? "" : found.error().message()));
  CHECK(found->state == PullRequestState::merged);
  CHECK(found->merge_commit == holder.remote.ask({"rev-parse", "main"}));
}

TEST_CASE("embedded forge: changes that collide cannot be merged") {
  Holder holder;
  REQUIRE(holder.forge().open({"change", "main", "Title", "Body"}).has_value());
  holder.remote.write("main", "M 100644 inline \"new.yaml\"\ndata 2\nb\n\n");
  CHECK_FALSE(holder.forge().diff(1)->can_merge);
  const auto merged = holder.forge().merge(1, "ann");
  REQUIRE(merged.has_error());
  CHECK(merged.error().is(Errc::conflict));
  CHECK(holder.forge().find(1)->state == PullRequestState::open);
}

TEST_CASE("embedded forge: makes its repository, once") {
  const TemporaryFolder folder;
  const GitProgram git{{.folder = folder.path("git")}};
  const store::SqliteOnFile database;
  const auto store = database.open({});
  const ManualClock clock{now};
  EmbeddedForge forge{git, *store, clock, {.repository = folder.path("forge/r.git")}};
  REQUIRE(forge.start().has_value());
  GitRepository repository{git, {.url = forge.remote_url(), .mirror = folder.path("m.git")}, {}};
  const auto view = repository.read("");
  REQUIRE_MESSAGE(view.has_value(), (view ? "" : view.error().message()));
  CHECK(view->files.size() == 1);
  CHECK((forge.base_tip().empty() || forge.base_tip() == view->commit));
  REQUIRE(forge.start().has_value());
  CHECK(repository.read("")->commit == view->commit);
}

}  // namespace
}  // namespace mainstay::clusters::embedded_forge_test
