#include "apps/clusters/domain/policy_rules.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "apps/clusters/domain/instance_query.hpp"
#include "apps/clusters/limits.hpp"
#include "base/check.hpp"
#include "base/text.hpp"

namespace mainstay::clusters {
namespace {

using VerdictOutcome = Verdict::Outcome;
using RuleScope = PolicyRule::Scope;
using RuleSubject = PolicyRule::Subject;

constexpr std::array<ErrorRow, 2> policy_rows{{
    {"rule_invalid", "that is no rule", 422},
    {"too_many_rules", "there are too many rules", 422},
}};

constexpr std::array<std::pair<std::string_view, RuleSubject>, 9> policy_subjects{{
    {"month", RuleSubject::month},
    {"month_max", RuleSubject::month_max},
    {"size_min", RuleSubject::size_min},
    {"size_target", RuleSubject::size_target},
    {"size_max", RuleSubject::size_max},
    {"vcpu", RuleSubject::vcpu},
    {"memory", RuleSubject::memory},
    {"gpu", RuleSubject::gpu},
    {"type", RuleSubject::type},
}};

/// What a rule's words are, taken one after the other.
class PolicyRuleReader {
 public:
  explicit PolicyRuleReader(std::string_view text) : text_(text) {
    for (const std::string_view word : split(text, ' ')) {
      if (!word.empty()) words_.push_back(word);
    }
  }

  Result<PolicyRule> read() {
    PolicyRule rule;
    rule.text = text_;
    if (text_.size() > Limits::policy_rule_bytes_max) return refusal("is too long");
    rule.warns = take("warn");
    take_scope(rule);
    if (!take_subject(rule)) {
      return refusal(
          "names none of month, month_max, size_min, size_target, size_max, vcpu, memory, gpu and "
          "type");
    }
    if (rule.subject == RuleSubject::type) {
      MS_TRY_VOID(read_types(rule));
    } else {
      MS_TRY_VOID(read_bound(rule));
    }
    if (at_ < words_.size()) return refusal("goes on after its end");
    return rule;
  }

 private:
  [[nodiscard]] std::string_view word() const {
    return at_ < words_.size() ? words_[at_] : std::string_view{};
  }
  bool take(std::string_view wanted) {
    const bool is_it = word() == wanted;
    if (is_it) ++at_;
    return is_it;
  }
  [[nodiscard]] Error refusal(std::string_view what) const {
    return Error{PolicyErrc::rule_invalid,
                 "\"" + std::string{text_.substr(0, 200)} + "\" " + std::string{what}};
  }

  void take_scope(PolicyRule& rule) {
    constexpr std::array<std::pair<std::string_view, RuleScope>, 3> scopes{{
        {"team:", RuleScope::team},
        {"namespace:", RuleScope::name_space},
        {"group:", RuleScope::group},
    }};
    for (const auto& [prefix, scope] : scopes) {
      if (!word().starts_with(prefix)) continue;
      rule.scope = scope;
      rule.pattern = word().substr(prefix.size());
      ++at_;
      return;
    }
  }

  bool take_subject(PolicyRule& rule) {
    for (const auto& [name, subject] : policy_subjects) {
      if (!take(name)) continue;
      rule.subject = subject;
      return true;
    }
    return false;
  }

  Result<> read_types(PolicyRule& rule) {
    rule.excludes = take("not");
    if (!take("in") || word().empty()) return refusal("needs: type in PATTERN ..., or type not in");
    for (; at_ < words_.size(); ++at_) rule.types.emplace_back(word());
    return {};
  }

  Result<> read_bound(PolicyRule& rule) {
    const bool is_money =
        rule.subject == RuleSubject::month || rule.subject == RuleSubject::month_max;
    rule.at_least = take(">=");
    if (!rule.at_least && !take("<=")) return refusal("needs <= or >= and a bound");
    if (is_money && rule.at_least) return refusal("needs <=: nobody must spend");
    const std::string_view value = word();
    ++at_;
    if (is_money) return read_ceiling(rule, value);
    const auto bound = rule.subject == RuleSubject::memory ? parse_memory(value) : parse_u64(value);
    if (!bound) {
      return refusal(rule.subject == RuleSubject::memory ? "needs an amount of memory, as 64GiB"
                                                         : "needs a whole number");
    }
    rule.bound = *bound;
    return {};
  }

  Result<> read_ceiling(PolicyRule& rule, std::string_view value) {
    const auto amount = parse_minor(value);
    if (!amount) return refusal("needs an amount, as 1200.50");
    rule.ceiling.amount = *amount;
    if (word().empty()) return {};
    const auto currency = Currency::parse(word());
    if (!currency) return refusal("needs a currency with cents, as USD");
    rule.ceiling.currency = *currency;
    ++at_;
    return {};
  }

  std::string_view text_;
  std::vector<std::string_view> words_;
  std::size_t at_ = 0;
};

const std::string& rule_scope_value(const PolicyRule& rule, const GroupFacts& group) {
  switch (rule.scope) {
    case RuleScope::team:
      return group.team;
    case RuleScope::name_space:
      return group.name_space;
    default:
      return group.name;
  }
}

bool is_about(const PolicyRule& rule, const GroupFacts& group) {
  return rule.scope == RuleScope::all ||
         matches_pattern(rule.pattern, rule_scope_value(rule, group));
}

bool is_same_group(const GroupFacts& a, const GroupFacts& b) {
  return a.name == b.name && a.name_space == b.name_space;
}

/// One rule, one change, and what is.
struct PolicyJudge {
  const PolicyRule& rule;
  const PolicyChange& change;
  const PolicyFacts& facts;

  [[nodiscard]] Verdict verdict(VerdictOutcome outcome, std::string text) const {
    if (outcome == VerdictOutcome::deny && rule.warns) outcome = VerdictOutcome::warn;
    return {rule.text, outcome, std::move(text)};
  }
  [[nodiscard]] Verdict pass(std::string text) const {
    return verdict(VerdictOutcome::pass, std::move(text));
  }

  [[nodiscard]] Verdict of_types() const {
    for (const std::string& type : change.after->instance_types) {
      const bool listed = std::ranges::any_of(
          rule.types, [&](const std::string& one) { return matches_pattern(one, type); });
      if (listed != rule.excludes) continue;
      const bool is_new =
          !change.before || std::ranges::count(change.before->instance_types, type) == 0;
      return verdict(is_new ? VerdictOutcome::deny : VerdictOutcome::warn,
                     type + " is not allowed" + (is_new ? "" : ", but was there before"));
    }
    return pass("all types are allowed");
  }

  [[nodiscard]] std::uint64_t size_in(const GroupFacts& group) const {
    if (rule.subject == RuleSubject::size_min) return group.size_min;
    return rule.subject == RuleSubject::size_target ? group.size_target : group.size_max;
  }

  [[nodiscard]] bool holds(std::uint64_t value) const {
    return rule.at_least ? value >= rule.bound : value <= rule.bound;
  }
  [[nodiscard]] std::string bound_text(std::string what) const {
    return std::move(
               what.append(rule.at_least ? ", and must be at least " : ", and must be at most "))
        .append(rule.subject == RuleSubject::memory ? memory_text(rule.bound)
                                                    : std::to_string(rule.bound));
  }

  [[nodiscard]] Verdict of_size() const {
    const std::uint64_t size = size_in(*change.after);
    const std::string text = std::to_string(size) + " nodes";
    if (holds(size)) return pass(text);
    if (change.before) {
      const std::uint64_t was = size_in(*change.before);
      const bool is_closer = rule.at_least ? size >= was : size <= was;
      if (is_closer)
        return verdict(VerdictOutcome::warn, bound_text(text) + ", but no worse than before");
    }
    return verdict(VerdictOutcome::deny, bound_text(text));
  }

  [[nodiscard]] Verdict of_machines() const {
    for (const std::string& name : change.after->instance_types) {
      const InstanceType* type = facts.types.find(name);
      if (type == nullptr) {
        return verdict(VerdictOutcome::deny, "nothing is known of the instance type " + name);
      }
      const std::uint64_t value = rule.subject == RuleSubject::vcpu     ? type->vcpu
                                  : rule.subject == RuleSubject::memory ? type->memory_bytes
                                                                        : type->gpu;
      if (holds(value)) continue;
      const std::string text =
          rule.subject == RuleSubject::memory
              ? memory_text(value) + " memory"
              : std::to_string(value) + (rule.subject == RuleSubject::vcpu ? " vCPU" : " GPU");
      return verdict(VerdictOutcome::deny, bound_text(name + " has " + text));
    }
    return pass("all types fit");
  }

  [[nodiscard]] Result<Minor> month_of(const GroupFacts& group) const {
    MS_TRY(const GroupCost cost, cost_of(group, facts.types));
    return rule.subject == RuleSubject::month ? cost.target.amount : cost.most.amount;
  }

  /// Of the others that this rule adds to the changed one.
  [[nodiscard]] Result<Minor> month_of_others() const {
    Minor out{};
    if (rule.scope == RuleScope::group) return out;
    for (const GroupFacts& group : facts.groups) {
      const bool counts = rule.scope == RuleScope::all ||
                          rule_scope_value(rule, group) == rule_scope_value(rule, *change.after);
      if (!counts || is_same_group(group, *change.after)) continue;
      // One that is there already and has no price stops nobody else.
      const auto cost = month_of(group);
      if (cost.has_error()) continue;
      MS_TRY(out, sum(out, *cost));
    }
    return out;
  }

  /// Of the changed group and all whose costs the rule adds to its.
  [[nodiscard]] Result<Minor> month_of_all() const {
    MS_TRY(const Minor own, month_of(*change.after));
    MS_TRY(const Minor others, month_of_others());
    return sum(own, others);
  }

  [[nodiscard]] Verdict of_money() const {
    const Currency currency = facts.types.origin().currency;
    if (rule.ceiling.currency != Currency{} && rule.ceiling.currency != currency) {
      return verdict(VerdictOutcome::deny,
                     "prices are in " + std::string{currency.code()} + ", the ceiling is not");
    }
    const auto all = month_of_all();
    const VerdictOutcome otherwise = adds_nothing() ? VerdictOutcome::warn : VerdictOutcome::deny;
    if (all.has_error()) {
      return verdict(otherwise, "the cost cannot be told: " + all.error().message());
    }
    const std::string text = to_text(Money{*all, currency}) + " a month of " +
                             to_text(Money{rule.ceiling.amount, currency});
    if (*all <= rule.ceiling.amount) return pass(text);
    return verdict(otherwise, text + (adds_nothing() ? ", but no more than before" : ""));
  }

  /// Whether the group costs no more than before, for those who pay for it now.
  [[nodiscard]] bool adds_nothing() const {
    if (!change.before) return false;
    const GroupFacts& was = *change.before;
    const GroupFacts& is = *change.after;
    if (rule.scope != RuleScope::all && rule_scope_value(rule, was) != rule_scope_value(rule, is)) {
      return false;
    }
    if (was.instance_types == is.instance_types) {
      return is.size_target <= was.size_target && is.size_max <= was.size_max;
    }
    const auto before = month_of(was);
    const auto after = month_of(is);
    return before && after && *after <= *before;
  }

  [[nodiscard]] Verdict judge() const {
    switch (rule.subject) {
      case RuleSubject::month:
      case RuleSubject::month_max:
        return of_money();
      case RuleSubject::size_min:
      case RuleSubject::size_target:
      case RuleSubject::size_max:
        return of_size();
      case RuleSubject::vcpu:
      case RuleSubject::memory:
      case RuleSubject::gpu:
        return of_machines();
      case RuleSubject::type:
        break;
    }
    return of_types();
  }
};

}  // namespace

const ErrorRow& error_row(PolicyErrc code) {
  const auto index = static_cast<std::size_t>(code) - 1;
  MS_CHECK(index < policy_rows.size());
  return policy_rows[index];
}

std::string_view to_text(VerdictOutcome outcome) {
  switch (outcome) {
    case VerdictOutcome::pass:
      return "pass";
    case VerdictOutcome::warn:
      return "warn";
    case VerdictOutcome::deny:
      break;
  }
  return "deny";
}

Result<PolicyRule> parse_policy_rule(std::string_view text) {
  return PolicyRuleReader{text}.read();
}

Result<PolicyRules> PolicyRules::parse(std::span<const std::string> texts) {
  PolicyRules out;
  if (texts.size() > Limits::policy_rules_max) {
    return Error{PolicyErrc::too_many_rules, "at most " + std::to_string(Limits::policy_rules_max)};
  }
  for (const std::string& text : texts) {
    MS_TRY(PolicyRule rule, parse_policy_rule(text));
    out.rules_.push_back(std::move(rule));
  }
  return out;
}

std::vector<Verdict> PolicyRules::verdicts(const PolicyChange& change,
                                           const PolicyFacts& facts) const {
  std::vector<Verdict> out;
  if (!change.after) return out;
  for (const PolicyRule& rule : rules_) {
    if (is_about(rule, *change.after)) out.push_back(PolicyJudge{rule, change, facts}.judge());
  }
  return out;
}

}  // namespace mainstay::clusters
