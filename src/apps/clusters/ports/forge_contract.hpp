#pragma once

#include <string>

#include <doctest/doctest.h>

#include "apps/clusters/errc.hpp"
#include "apps/clusters/ports/forge.hpp"

namespace mainstay::clusters {

/// What every forge does. A Holder makes one with a branch `change` that has a commit on top of
/// `main`: forge(), merge(number), close(number), state of the forge as people would leave it, and
/// opened(): how many pull requests there are.
template <class Holder>
void check_forge() {
  Holder holder;
  Forge& forge = holder.forge();
  const NewPullRequest wanted{"change", "main", "Create blue", "The *body*, with ünïcode"};

  const auto opened = forge.open(wanted);
  REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : opened.error().message()));
  const std::int64_t number = opened->pull_request.number;
  CHECK(number > 0);
  CHECK(opened->pull_request.url.starts_with("http"));
  CHECK(opened->state == PullRequestState::open);

  // Again, as after a crash: the same one, with the newest words.
  const auto again = forge.open({"change", "main", "Create blue again", "Other"});
  REQUIRE_MESSAGE(again.has_value(), (again ? "" : again.error().message()));
  CHECK(again->pull_request == opened->pull_request);
  CHECK(holder.opened() == 1);
  CHECK(holder.title(number) == "Create blue again");
  CHECK(forge.find(number)->state == PullRequestState::open);

  holder.close(number);
  CHECK(forge.find(number)->state == PullRequestState::closed);

  // A closed one is history: the next is new.
  const auto next = forge.open(wanted);
  REQUIRE(next.has_value());
  CHECK(next->pull_request.number != number);
  holder.merge(next->pull_request.number);
  const auto merged = forge.find(next->pull_request.number);
  REQUIRE(merged.has_value());
  CHECK(merged->state == PullRequestState::merged);
  CHECK(merged->merge_commit.size() == 40);
  CHECK(merged->merged_by == "ann");

  CHECK(forge.find(999).has_error());
  const auto missing = forge.open({"no-such-branch", "main", "t", "b"});
  REQUIRE(missing.has_error());
  CHECK(missing.error().is(Errc::forge_refused));
}

}  // namespace mainstay::clusters
