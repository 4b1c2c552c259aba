#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/clusters/domain/money.hpp"
#include "apps/clusters/ports/policy.hpp"
#include "base/result.hpp"

namespace mainstay::clusters {

enum class PolicyErrc : std::uint8_t { rule_invalid = 1, too_many_rules };
const ErrorRow& error_row(PolicyErrc code);

/// One rule: `[warn] [SCOPE] SUBJECT ...`
///
///     month <= 5000 USD               what all groups together cost at their target sizes
///     team:* month_max <= 2000 USD    each team's groups, at their largest, by the dearest type
///     group:batch-* month <= 300      one group; without a currency that of the prices
///     namespace:shop size_max <= 20   also size_min and size_target; <= or >=
///     type in m5.* m6i.*              every type of a group; patterns
///     team:web type not in *.metal
///     vcpu <= 16                      of each instance; also gpu; memory <= 64GiB
///
/// SCOPE is `team:`, `namespace:` or `group:` with a pattern, and chooses the changed groups that
/// the rule is about; for month and month_max also whose costs are added up. `warn` lets what
/// breaks the rule pass, and says so.
struct PolicyRule {
  enum class Scope : std::uint8_t { all, team, name_space, group };
  enum class Subject : std::uint8_t {
    month,
    month_max,
    size_min,
    size_target,
    size_max,
    vcpu,
    memory,
    gpu,
    type
  };
  std::string text{};  // as it was written
  bool warns = false;
  Scope scope = Scope::all;
  std::string pattern{};  // of the scope
  Subject subject = Subject::month;
  bool at_least = false;             // >=
  bool excludes = false;             // type not in
  std::uint64_t bound = 0;           // of sizes, vcpu, memory (bytes), gpu
  Money ceiling{};                   // of month and month_max; without a currency the prices'
  std::vector<std::string> types{};  // patterns
};
Result<PolicyRule> parse_policy_rule(std::string_view text);

/// Rules of the settings. A rule of money that cannot be judged, as the price of a type is not
/// known, denies what would add to it: a ceiling with a hole is none. What makes things cheaper or
/// smaller passes with a warning even where the bound stays broken, and removals always pass.
class PolicyRules final : public Policy {
 public:
  /// At most Limits::policy_rules_max. The error names the rule.
  static Result<PolicyRules> parse(std::span<const std::string> texts);

  [[nodiscard]] std::vector<Verdict> verdicts(const PolicyChange& change,
                                              const PolicyFacts& facts) const override;
  [[nodiscard]] const std::vector<PolicyRule>& rules() const { return rules_; }

 private:
  std::vector<PolicyRule> rules_;
};

}  // namespace mainstay::clusters
