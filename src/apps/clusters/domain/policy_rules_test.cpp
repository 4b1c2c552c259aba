#include "apps/clusters/domain/policy_rules.hpp"

#include <doctest/doctest.h>

namespace mainstay::clusters::policy_rules_test {
namespace {

InstanceType type(std::string name, std::optional<std::int64_t> nanos, std::uint32_t vcpu) {
  InstanceType out;
  out.name = std::move(name);
  out.vcpu = vcpu;
  out.memory_bytes = std::uint64_t{vcpu} << 32U;
  if (nanos) out.price = HourlyPrice{*nanos};
  return out;
}

const InstanceTypeSet& prices() {
  static const InstanceTypeSet set = [] {
    InstanceTypeOrigin origin;
    origin.currency = Currency::parse("USD").value();
    // 73.00, 146.00 and 730.00 USD a month.
    return InstanceTypeSet{origin,
                           {type("m5.large", 100'000'000, 2), type("m5.xlarge", 200'000'000, 4),
                            type("m5.metal", 1'000'000'000, 96), type("x9.large", {}, 2)}};
  }();
  return set;
}

GroupFacts group(std::string name, std::string team, std::string one, std::uint64_t target,
                 std::uint64_t most) {
  GroupFacts out;
  out.name = std::move(name);
  out.team = std::move(team);
  out.name_space = "shop";
  out.instance_types = {std::move(one)};
  out.size_target = target;
  out.size_max = most;
  return out;
}

/// What one rule says of a change, beside a group `b` of team payments for 146.00 a month.
Verdict judged(const std::string& rule, std::optional<GroupFacts> before,
               std::optional<GroupFacts> after) {
  const auto rules = PolicyRules::parse(std::span{&rule, 1});
  CAPTURE(rule);
  if (rules.has_error()) FAIL(rules.error().message());
  std::vector<GroupFacts> groups{group("b", "payments", "m5.large", 2, 4)};
  if (before) groups.push_back(*before);
  const PolicyChange change{std::move(before), std::move(after)};
  const auto verdicts = rules->verdicts(change, {groups, prices()});
  return verdicts.empty() ? Verdict{"", Verdict::Outcome::pass, "not asked"} : verdicts.front();
}

std::string said(const std::string& rule, std::optional<GroupFacts> before,
                 std::optional<GroupFacts> after) {
  const Verdict verdict = judged(rule, std::move(before), std::move(after));
  return std::string{to_text(verdict.outcome)} + ": " + verdict.text;
}

const GroupFacts one_large = group("a", "payments", "m5.large", 1, 3);

TEST_CASE("policy: ceilings add up what their scope holds") {
  CHECK(said("month <= 219 USD", {}, one_large) == "pass: 219.00 USD a month of 219.00 USD");
  CHECK(said("month <= 218.99 USD", {}, one_large) == "deny: 219.00 USD a month of 218.99 USD");
  CHECK(said("warn month <= 1", {}, one_large) == "warn: 219.00 USD a month of 1.00 USD");
  CHECK(said("month_max <= 511", {}, one_large) == "pass: 511.00 USD a month of 511.00 USD");
  CHECK(said("team:* month <= 200", {}, one_large) == "deny: 219.00 USD a month of 200.00 USD");
  CHECK(said("team:* month <= 200", {}, group("a", "web", "m5.large", 1, 3)) ==
        "pass: 73.00 USD a month of 200.00 USD");
  CHECK(said("namespace:shop month <= 200", {}, one_large).starts_with("deny"));
  CHECK(said("group:a* month <= 200", {}, one_large) == "pass: 73.00 USD a month of 200.00 USD");
  CHECK(said("team:web month <= 1", {}, one_large) == "pass: not asked");
  CHECK(said("month <= 1000 EUR", {}, one_large) == "deny: prices are in USD, the ceiling is not");
}

TEST_CASE("policy: a broken ceiling lets things become cheaper, and removals pass") {
  const GroupFacts two = group("a", "payments", "m5.large", 2, 3);
  CHECK(said("month <= 100", two, one_large) ==
        "warn: 219.00 USD a month of 100.00 USD, but no more than before");
  CHECK(said("month <= 100", one_large, two).starts_with("deny: 292.00"));
  CHECK(said("month <= 100", group("a", "payments", "m5.xlarge", 1, 3), one_large)
            .starts_with("warn"));
  CHECK(said("month <= 100", two, {}) == "pass: not asked");
  // Another team pays from now on.
  CHECK(said("team:* month <= 100", group("a", "web", "m5.large", 1, 3), one_large)
            .starts_with("deny"));
}

TEST_CASE("policy: what has no price is no way around a ceiling") {
  const GroupFacts unpriced = group("a", "payments", "x9.large", 1, 1);
  CHECK(said("month <= 1000000", {}, unpriced) ==
        "deny: the cost cannot be told: the price of the instance type is not known: x9.large");
  CHECK(said("month <= 1000000", unpriced, unpriced).starts_with("warn: the cost cannot be told"));
  CHECK(said("month <= 1000000", {}, group("a", "", "m9.huge", 1, 1)).starts_with("deny"));
}

TEST_CASE("policy: sizes") {
  CHECK(said("size_max <= 3", {}, one_large) == "pass: 3 nodes");
  CHECK(said("size_max <= 2", {}, one_large) == "deny: 3 nodes, and must be at most 2");
  CHECK(said("size_min >= 2", {}, one_large) == "deny: 0 nodes, and must be at least 2");
  CHECK(said("size_target <= 0", {}, one_large).starts_with("deny"));
  CHECK(said("size_max <= 2", one_large, one_large) ==
        "warn: 3 nodes, and must be at most 2, but no worse than before");
  CHECK(said("group:b size_max <= 2", {}, one_large) == "pass: not asked");
}

TEST_CASE("policy: types") {
  CHECK(said("type in m5.* c5.*", {}, one_large) == "pass: all types are allowed");
  CHECK(said("type in c5.*", {}, one_large) == "deny: m5.large is not allowed");
  CHECK(said("type not in *.metal x*", {}, one_large).starts_with("pass"));
  CHECK(said("type not in *.large", {}, one_large) == "deny: m5.large is not allowed");
  CHECK(said("type in c5.*", one_large, one_large) ==
        "warn: m5.large is not allowed, but was there before");
  GroupFacts with_alternate = one_large;
  with_alternate.instance_types.emplace_back("m5.metal");
  CHECK(said("type not in *.metal", one_large, with_alternate) == "deny: m5.metal is not allowed");
  CHECK(said("vcpu <= 2", {}, one_large) == "pass: all types fit");
  CHECK(said("vcpu <= 2", {}, with_alternate) ==
        "deny: m5.metal has 96 vCPU, and must be at most 2");
  CHECK(said("memory <= 4GiB", {}, one_large) ==
        "deny: m5.large has 8 GiB memory, and must be at most 4 GiB");
  CHECK(said("gpu >= 1", {}, one_large) == "deny: m5.large has 0 GPU, and must be at least 1");
  CHECK(said("vcpu <= 2", {}, group("a", "", "m9.huge", 1, 1)) ==
        "deny: nothing is known of the instance type m9.huge");
}

TEST_CASE("policy: verdicts come in the rules' order") {
  const std::vector<std::string> texts{"month <= 1", "team:nobody month <= 1", "vcpu <= 2"};
  const auto rules = PolicyRules::parse(texts);
  REQUIRE(rules.has_value());
  const auto verdicts = rules->verdicts({{}, one_large}, {{}, prices()});
  REQUIRE(verdicts.size() == 2);
  CHECK(verdicts[0].rule == "month <= 1");
  CHECK(verdicts[1].rule == "vcpu <= 2");
}

TEST_CASE("policy: what is no rule is told") {
  for (const auto* bad : {"",
                          "warn",
                          "month",
                          "month <= ",
                          "month < 5",
                          "month >= 5",
                          "month <= five",
                          "month <= 1.234",
                          "month <= 5 JPY",
                          "month <= 5 USD more",
                          "colour <= 5",
                          "team:x",
                          "size_max <= -1",
                          "size_max <= 1.5",
                          "vcpu <= 2 USD",
                          "memory <= 5 GB",
                          "type",
                          "type in",
                          "type not m5",
                          "type not in",
                          "Month <= 5"}) {
    CAPTURE(bad);
    const auto rule = parse_policy_rule(bad);
    REQUIRE(rule.has_error());
    CHECK(rule.error().is(PolicyErrc::rule_invalid));
  }
  CHECK(parse_policy_rule("months <= 5").error().detail().starts_with("\"months <= 5\" names"));
  CHECK(parse_policy_rule("type in " + std::string(3'000, 'x')).has_error());
  const std::vector<std::string> many(1'001, "vcpu <= 2");
  CHECK(PolicyRules::parse(many).error().is(PolicyErrc::too_many_rules));
}

}  // namespace
}  // namespace mainstay::clusters::policy_rules_test
