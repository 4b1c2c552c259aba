#pragma once

#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "apps/clusters/errc.hpp"
#include "apps/clusters/ports/change_store.hpp"

namespace mainstay::clusters {

/// What every ChangeStore does. A Holder has store() and audit(), the records so far.
template <class Holder>
class ChangeStoreContract {
 public:
  void run() {
    if (!holder_.is_there()) return;
    keeps_everything();
    keys_stand_for_requests();
    saves_and_loads();
    lists_by_page();
    chains_the_audit();
  }

 private:
  static constexpr SystemTime at{Micros{1'700'000'000'000'000}};

  static ChangeRequest made(std::string id, std::string name, std::string key = {}) {
    ChangeRequest out;
    out.id = ChangeId{std::move(id)};
    out.change = {.kind = ChangeKind::secret,
                  .verb = ChangeVerb::update,
                  .name = std::move(name),
                  .name_space = "apps",
                  .files = {{"a/b.yaml", "x: \"ü\"\n"}, {"gone.yaml"}},
                  .title = "Update it",
                  .body = "body\nof lines",
                  .requested_by = "ann",
                  .idempotency_key = std::move(key),
                  .facts = {.diff = "-a\n+b\n",
                            .dry_run = "accepted",
                            .monthly_cost = "+1.00 USD",
                            .verdicts = {"one", "two"}}};
    out.branch = "mainstay/x";
    out.timeline = {{ChangeState::requested, at, {}}, {ChangeState::rendered, at, "note"}};
    out.created_at = out.updated_at = at;
    return out;
  }

  Result<ChangeStore::Added> add(ChangeRequest request) {
    AuditEntry entry{.actor = "ann", .action = "change.proposed", .outcome = "done"};
    entry.request = request.id.get();
    return wait<ChangeStore::Added>([&](auto done) {
      holder_.store().add(std::move(request), std::move(entry), std::move(done));
    });
  }

  Result<ChangeRequest> find(const std::string& id) {
    return wait<ChangeRequest>(
        [&](auto done) { holder_.store().find(ChangeId{id}, std::move(done)); });
  }

  std::vector<Proposals::Listed> list(Proposals::Query query) {
    auto out = wait<std::vector<Proposals::Listed>>(
        [&](auto done) { holder_.store().list(std::move(query), std::move(done)); });
    REQUIRE_MESSAGE(out.has_value(), (out ? "" : out.error().message()));
    return std::move(*out);
  }

  template <class T, class Call>
  Result<T> wait(Call call) {
    std::promise<Result<T>> promise;
    auto answer = promise.get_future();
    call([&promise](Result<T> result) { promise.set_value(std::move(result)); });
    return answer.get();
  }

  void keeps_everything() {
    const ChangeRequest request = made("00000000000000a1", "one");
    const auto added = add(request);
    REQUIRE_MESSAGE(added.has_value(), (added ? "" : added.error().message()));
    CHECK(added->is_new);
    CHECK(*find("00000000000000a1") == request);
    CHECK(find("00000000000000ff").error().is(Errc::change_not_found));
  }

  void keys_stand_for_requests() {
    const ChangeRequest request = made("00000000000000a2", "two", "key");
    REQUIRE(add(request).has_value());
    ChangeRequest again = request;
    again.id = ChangeId{"00000000000000a3"};
    const auto same = add(again);
    REQUIRE(same.has_value());
    CHECK_FALSE(same->is_new);
    CHECK(same->request == request);
    CHECK(find("00000000000000a3").has_error());
    ChangeRequest other = again;
    other.change.files[0].content = "y";
    CHECK(add(other).error().is(Errc::idempotency_key_reused));
    other.change.requested_by = "bob";  // somebody else's keys are others
    CHECK(add(other)->is_new);
  }

  void saves_and_loads() {
    ChangeRequest request = made("00000000000000a4", "four");
    REQUIRE(add(request).has_value());
    REQUIRE(step(request, BranchPushed{"c0ffee"}, at + Seconds{1}));
    REQUIRE(step(request, PullRequestOpened{{7, "http://x/7"}}, at + Seconds{2}));
    REQUIRE(step(request, StepFailed{"no\nnetwork"}, at + Seconds{3}));
    REQUIRE(holder_.store().save(request, true, nullptr).has_value());
    CHECK(*find(request.id.get()) == request);
    const auto open = holder_.store().load_open();
    REQUIRE(open.has_value());
    REQUIRE(open->size() == 4);
    CHECK(open->back() == request);
    REQUIRE(holder_.store().save(request, false, nullptr).has_value());
    CHECK(holder_.store().load_open()->size() == 3);
    request.id = ChangeId{"00000000000000ff"};
    CHECK(holder_.store().save(request, true, nullptr).has_error());
  }

  void lists_by_page() {
    const auto first = list({.limit = 2});
    REQUIRE(first.size() == 2);
    CHECK(first[0].request.change.name == "four");
    CHECK(first[0].request.change.files.empty());
    CHECK(first[0].request.change.facts.diff.empty());
    CHECK(first[0].request.change.facts.monthly_cost == "+1.00 USD");
    const auto rest = list({.before = first[1].position});
    CHECK(rest.size() == 2);
    CHECK(list({.name = "two"}).size() == 2);
    CHECK(list({.name = "two", .requested_by = "bob"}).size() == 1);
    CHECK(list({.kind = ChangeKind::node_group}).empty());
    CHECK(list({.state = ChangeState::pull_request_open}).size() == 1);
    CHECK(list({.only_open = true}).size() == 3);
  }

  void chains_the_audit() {
    ChangeRequest request = *find("00000000000000a1");
    const AuditEntry entry{
        .actor = "mainstay", .action = "change.merged", .outcome = "done", .more = {{"a", "b"}}};
    REQUIRE(holder_.store().save(request, true, &entry).has_value());
    const std::vector<AuditRecord> records = holder_.audit();
    REQUIRE(records.size() == 5);
    CHECK(records.back().entry == entry);
    AuditChain chain{holder_.sha256()};
    for (const AuditRecord& record : records) CHECK(chain.next(record) == std::nullopt);
  }

  Holder holder_;
};

}  // namespace mainstay::clusters
