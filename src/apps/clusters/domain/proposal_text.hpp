#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/clusters/domain/change.hpp"
#include "apps/clusters/domain/group_cost.hpp"
#include "apps/clusters/ports/policy.hpp"

namespace mainstay::clusters {

/// "Add node group workers", "Remove secret shop/database".
std::string proposal_title(ChangeKind kind, ChangeVerb verb, std::string_view name_space,
                           std::string_view name);

/// "pass: month <= 5000 USD: 1,200.50 of 5,000.00 USD"
std::string verdict_line(const Verdict& verdict);
/// The lines of those that deny, for the answer to who asked; empty: none does.
std::string denials(const std::vector<Verdict>& verdicts);

/// "+156.22 USD a month (0.00 before, 156.22 after; at most 312.44)"
std::string cost_line(const CostChange& cost);

/// What stands in the pull request (Markdown): who asked and why, what it costs, what policies and
/// the cluster say, and the difference. Texts of others stand in fences that they cannot end.
std::string proposal_body(const Change& change, std::string_view reason);

}  // namespace mainstay::clusters
