#include "apps/clusters/domain/change.hpp"

#include <set>

#include <doctest/doctest.h>

#include "apps/clusters/errc.hpp"

namespace mainstay::clusters::change_test {

const SystemTime start{Micros{1'700'000'000'000'000}};

/// 32 bytes that depend on every byte; no SHA-256, which the domain does not have.
std::string digest(std::string_view text) {
  std::string out(32, '\0');
  std::uint64_t state = 1469598103934665603ULL;
  for (const char c : text) state = (state ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  for (char& c : out) {
    state = state * 6364136223846793005ULL + 1;
    c = static_cast<char>(state >> 56U);
  }
  return out;
}

ChangeRequest request() {
  ChangeRequest out;
  out.id = ChangeId{"0123456789abcdef"};
  out.change.name = "blue";
  out.change.title = "Create node group blue";
  out.change.requested_by = "ann";
  out.change.files = {{"infra/nodegroup-blue.yaml", "kind: NodeGroup\n"}};
  out.timeline = {{ChangeState::rendered, start, {}}};
  out.created_at = out.updated_at = start;
  return out;
}

ChangeRequest opened() {
  ChangeRequest out = request();
  REQUIRE(step(out, BranchPushed{"c1"}, start));
  REQUIRE(step(out, PullRequestOpened{{7, "http://forge/7"}}, start));
  return out;
}

TEST_CASE("change: the straight way to ready, every state with its time") {
  ChangeRequest it = request();
  CHECK(next_action(it, start) == ChangeAction::push_branch);
  REQUIRE(step(it, BranchPushed{"c1"}, start + Seconds{1}));
  CHECK(next_action(it, start) == ChangeAction::open_pull_request);
  REQUIRE(step(it, PullRequestOpened{{7, "http://forge/7"}}, start + Seconds{2}));
  CHECK(next_action(it, start) == ChangeAction::watch_pull_request);
  REQUIRE(step(it, PullRequestMerged{"m1"}, start + Seconds{3}));
  CHECK(next_action(it, start) == ChangeAction::watch_sync);
  REQUIRE(step(it, SyncStarted{"Synced"}, start + Seconds{4}));
  REQUIRE(step(it, BecameReady{"Present"}, start + Seconds{5}));
  CHECK(next_action(it, start) == ChangeAction::none);
  CHECK(it.commit == "c1");
  CHECK(it.merge_commit == "m1");
  CHECK(it.pull_request == PullRequest{7, "http://forge/7"});
  std::string states;
  for (const ChangeStep& one : it.timeline) states += std::string{name_of(one.state)} + ' ';
  CHECK(states == "rendered branch_pushed pull_request_open merged syncing ready ");
  CHECK(it.timeline.back().at == start + Seconds{5});
}

TEST_CASE("change: events that come twice, late or too early change nothing") {
  const std::vector<ChangeEvent> events{
      BranchPushed{"c2"},  PullRequestOpened{{8, "x"}}, PullRequestMerged{"m2"},
      PullRequestClosed{}, PullRequestReopened{},       SyncStarted{"s"},
      BecameReady{"r"},    BecameDegraded{"d"},         TryAgain{"ann"}};
  ChangeRequest merged = opened();
  REQUIRE(step(merged, PullRequestMerged{"m1"}, start));
  REQUIRE(step(merged, BecameReady{""}, start));
  for (const ChangeEvent& event : events) {
    ChangeRequest copy = merged;
    const bool counts = std::holds_alternative<BecameDegraded>(event);
    CHECK(step(copy, event, start) == counts);
    CHECK((copy == merged) == !counts);
  }
  ChangeRequest fresh = request();
  for (const ChangeEvent& event : {ChangeEvent{SyncStarted{}}, ChangeEvent{BecameReady{}},
                                   ChangeEvent{PullRequestClosed{}}, ChangeEvent{TryAgain{}}}) {
    CHECK_FALSE(step(fresh, event, start));
  }
  CHECK(fresh == request());
}

TEST_CASE("change: closed, opened again, merged") {
  ChangeRequest it = opened();
  REQUIRE(step(it, PullRequestClosed{}, start));
  CHECK(is_over(it.state));
  CHECK(is_open(it, start));  // it may be opened again
  CHECK_FALSE(is_open(it, start + Seconds{100'000}));
  REQUIRE(step(it, PullRequestReopened{}, start));
  CHECK(next_action(it, start) == ChangeAction::watch_pull_request);
  REQUIRE(step(it, PullRequestClosed{}, start));
  CHECK(step(it, PullRequestMerged{"m"}, start));  // a webhook overtook another
}

TEST_CASE("change: a failed step waits longer each time, and is given up in the end") {
  const ChangePatience patience{
      .delay_min = Millis{100}, .delay_max = Millis{350}, .attempts_max = 4};
  ChangeRequest it = request();
  std::vector<std::int64_t> waits;
  for (int n = 0; n < 3; ++n) {
    REQUIRE(step(it, StepFailed{"no network"}, start, patience));
    waits.push_back((it.next_attempt_at - start).count());
    CHECK(next_action(it, start, patience) == ChangeAction::none);
    CHECK(next_action(it, it.next_attempt_at, patience) == ChangeAction::push_branch);
  }
  CHECK(waits == std::vector<std::int64_t>{100'000, 200'000, 350'000});
  REQUIRE(step(it, StepFailed{"no network"}, start, patience));
  CHECK(it.state == ChangeState::failed);
  CHECK(it.last_error == "no network");
  REQUIRE(step(it, TryAgain{"bob"}, start));
  CHECK(it.state == ChangeState::rendered);
  CHECK(it.attempts == 0);
  CHECK(it.last_error.empty());
}

TEST_CASE("change: a refusal fails at once, where it was, and is carried on there") {
  ChangeRequest it = request();
  REQUIRE(step(it, BranchPushed{"c1"}, start));
  REQUIRE(step(it, StepFailed{"bad credentials", true}, start));
  CHECK(it.state == ChangeState::failed);
  REQUIRE(step(it, TryAgain{"bob"}, start));
  CHECK(it.state == ChangeState::branch_pushed);
}

TEST_CASE(
    "change: a pull request that cannot be seen is looked for for ever, less and less often") {
  const ChangePatience patience{.attempts_max = 3};
  ChangeRequest it = opened();
  for (int n = 0; n < 10; ++n) REQUIRE(step(it, StepFailed{"401", true}, start, patience));
  CHECK(it.state == ChangeState::pull_request_open);
  CHECK(it.last_error == "401");
  CHECK(is_open(it, start, patience));
  REQUIRE(step(it, PullRequestMerged{"m"}, start));
  CHECK(it.last_error.empty());
}

TEST_CASE("change: ready and degraded change places, and the timeline stays bounded") {
  ChangeRequest it = opened();
  REQUIRE(step(it, PullRequestMerged{"m"}, start));
  for (int n = 0; n < 300; ++n) {
    REQUIRE(step(it, BecameDegraded{"few nodes"}, start));
    REQUIRE(step(it, BecameReady{""}, start));
  }
  CHECK(it.timeline.size() == 200);
  CHECK(it.timeline.front().state == ChangeState::rendered);
  REQUIRE(step(it, BecameDegraded{std::string(5'000, 'x')}, start));
  CHECK(it.timeline.back().note.size() == 1'000);
  CHECK(next_action(it, start + Seconds{1}) == ChangeAction::watch_sync);
  CHECK(next_action(it, start + Seconds{100'000}) == ChangeAction::none);
}

TEST_CASE("change: one branch for one content on one base") {
  const Change change = request().change;
  const auto branch = [](const Change& of, std::string_view base = "main") {
    return branch_of(of, "mainstay/", base, digest);
  };
  CHECK(branch(change).starts_with("mainstay/create-nodegroup-blue-"));
  CHECK(branch(change) == branch(change));
  std::set<std::string> all{branch(change), branch(change, "other")};
  Change other = change;
  other.files[0].content = "kind: Nodegroup\n";
  all.insert(branch(other));
  other.files[0].content.reset();
  all.insert(branch(other));
  other.files[0] = {"infra/nodegroup-blue.yamlkind: NodeGroup\n", ""};
  all.insert(branch(other));
  CHECK(all.size() == 5);
  Change turned = change;
  turned.title = "Said otherwise";
  turned.files.push_back({"a", "b"});
  Change sorted = turned;
  std::swap(sorted.files[0], sorted.files[1]);
  CHECK(branch(turned) == branch(sorted));
  CHECK(content_hash(turned, digest) == content_hash(sorted, digest));
  other.name = "a.b/../c";
  other.name_space = "n s";
  CHECK(branch(other).starts_with("mainstay/create-nodegroup-n-s-a-b----c-"));
}

TEST_CASE("change: a commit's message cannot grow trailers out of what people wrote") {
  ChangeRequest it = request();
  it.change.title = "Create\nRequest-Id: fake";
  it.change.requested_by = "ann\nSigned-off-by: bob";
  it.change.facts.monthly_cost = "+12.00 USD";
  CHECK(commit_message(it) ==
        "Create Request-Id: fake\n\nMonthly cost: +12.00 USD\n\nRequest-Id: 0123456789abcdef\n"
        "Requested-by: ann Signed-off-by: bob\n");
}

TEST_CASE("change: paths stay below their folder") {
  const std::string folder = "infrastructure/_catalog/templates";
  CHECK(check_repository_path(folder + "/nodegroup-a.yaml", folder).has_value());
  CHECK(check_repository_path("a/b", "").has_value());
  CHECK(check_repository_path("a/b", "a/").has_value());
  for (const std::string& path :
       {std::string{}, std::string{"/etc/passwd"}, folder + "/../../x", folder + "/./x",
        folder + "//x", folder + "/.git/config", folder + "/.GIT/config", folder + "/a\nb",
        folder + "/a\\b", folder + "x/y", folder, std::string{"other/x"}, folder + "/\xff",
        folder + "/" + std::string(1'100, 'x'), folder + "/.gitmodules"}) {
    const auto refused = check_repository_path(path, folder);
    REQUIRE(refused.has_error());
    CHECK(refused.error().is(Errc::field_invalid));
    CHECK(refused.error().detail().size() < 250);
  }
}

TEST_CASE("change: names of states, kinds and verbs lead back") {
  for (int n = 0; n < 12; ++n) {
    const auto state = static_cast<ChangeState>(n);
    CHECK(change_state(name_of(state)) == state);
  }
  CHECK(change_kind("nodegroup") == ChangeKind::node_group);
  CHECK(change_verb("delete") == ChangeVerb::remove);
  CHECK_FALSE(change_state("merge"));
}

}  // namespace mainstay::clusters::change_test
