#include "apps/clusters/domain/proposal_text.hpp"

#include <doctest/doctest.h>

namespace mainstay::clusters::proposal_text_test {
namespace {

Money dollars(std::int64_t cents) { return {Minor{cents}, *Currency::parse("USD")}; }

}  // namespace

TEST_CASE("proposal text: titles say what happens to what") {
  CHECK(proposal_title(ChangeKind::node_group, ChangeVerb::create, "", "workers") ==
        "Add node group workers");
  CHECK(proposal_title(ChangeKind::secret, ChangeVerb::update, "shop", "database") ==
        "Change secret shop/database");
  CHECK(proposal_title(ChangeKind::node_group, ChangeVerb::remove, "", "workers") ==
        "Remove node group workers");
  CHECK(proposal_title(ChangeKind::reseal, ChangeVerb::update, "", "SHA256:abc") ==
        "Reseal sealed secrets for SHA256:abc");
}

TEST_CASE("proposal text: money before, after and at most") {
  CostChange cost;
  cost.after = GroupCost{dollars(15'622), dollars(31'244)};
  cost.difference = dollars(15'622);
  CHECK(cost_line(cost) == "+156.22 USD a month (0.00 before, 156.22 after; at most 312.44)");
  cost.before = cost.after;
  cost.after = {};
  cost.difference = dollars(-15'622);
  CHECK(cost_line(cost) == "-156.22 USD a month (156.22 before, 0.00 after)");
}

TEST_CASE("proposal text: verdicts, and those that deny") {
  const std::vector<Verdict> verdicts{{"type in m5.*", Verdict::Outcome::pass, ""},
                                      {"month <= 5 USD", Verdict::Outcome::deny, "it would be 9"},
                                      {"vcpu <= 1", Verdict::Outcome::deny, "2"}};
  CHECK(verdict_line(verdicts[0]) == "pass: type in m5.*");
  CHECK(denials(verdicts) == "month <= 5 USD: it would be 9; vcpu <= 1: 2");
  CHECK(denials({verdicts[0]}).empty());
}

TEST_CASE("proposal text: nobody's text ends its block") {
  Change change;
  change.requested_by = "ada```\n# Approved by everybody";
  change.facts.diff = "+a: \"````\"\n";
  change.facts.verdicts = {"pass: size_max <= 9"};
  const std::string body = proposal_body(change, "more load");
  CHECK(body.find("````text\nada```\n# Approved by everybody\n````\n") != std::string::npos);
  CHECK(body.find("`````diff\n+a: \"````\"\n`````\n") != std::string::npos);
  CHECK(body.find("Not known: a price is missing.") != std::string::npos);
  CHECK(body.find("It was not asked.") != std::string::npos);
  CHECK(body.find("```text\nmore load\n```") != std::string::npos);
  CHECK(body.find("```text\npass: size_max <= 9\n```") != std::string::npos);
  change.kind = ChangeKind::secret;
  CHECK(proposal_body(change, "").find("costs") == std::string::npos);
}

}  // namespace mainstay::clusters::proposal_text_test
