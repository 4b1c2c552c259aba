#include "apps/clusters/domain/proposal_text.hpp"

#include <algorithm>
#include <cstddef>

namespace mainstay::clusters {
namespace {

std::string_view proposal_word(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::node_group:
      return "node group ";
    case ChangeKind::secret:
      return "secret ";
    case ChangeKind::reseal:
      break;
  }
  return "sealed secrets for ";
}

std::string_view proposal_word(ChangeVerb verb) {
  switch (verb) {
    case ChangeVerb::create:
      return "Add ";
    case ChangeVerb::update:
      return "Change ";
    case ChangeVerb::remove:
      break;
  }
  return "Remove ";
}

/// A fenced block whose fence is longer than any run of backticks in it.
std::string fenced(std::string_view language, std::string_view text) {
  std::size_t longest = 2;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  std::string block = fence;
  block.append(language).append("\n").append(text);
  if (!text.ends_with('\n')) block.push_back('\n');
  return block.append(fence).append("\n");
}

void append_section(std::string& body, std::string_view title, std::string_view text) {
  body.append("\n### ").append(title).append("\n\n").append(text);
  if (!text.ends_with('\n')) body.push_back('\n');
}

std::string plain_money(const Money& money) { return to_text(money.amount); }

}  // namespace

std::string proposal_title(ChangeKind kind, ChangeVerb verb, std::string_view name_space,
                           std::string_view name) {
  std::string title{kind == ChangeKind::reseal ? "Reseal " : proposal_word(verb)};
  title.append(proposal_word(kind));
  if (!name_space.empty()) title.append(name_space).append("/");
  return title.append(name);
}

std::string verdict_line(const Verdict& verdict) {
  std::string line{to_text(verdict.outcome)};
  line.append(": ").append(verdict.rule);
  if (!verdict.text.empty()) line.append(": ").append(verdict.text);
  return line;
}

std::string denials(const std::vector<Verdict>& verdicts) {
  std::string all;
  for (const Verdict& verdict : verdicts) {
    if (verdict.outcome != Verdict::Outcome::deny) continue;
    if (!all.empty()) all.append("; ");
    all.append(verdict.rule).append(": ").append(verdict.text);
  }
  return all;
}

std::string cost_line(const CostChange& cost) {
  std::string line = to_text(cost.difference, Sign::always);
  line.append(" a month (");
  line.append(cost.before ? plain_money(cost.before->target) : "0.00").append(" before, ");
  line.append(cost.after ? plain_money(cost.after->target) : "0.00").append(" after");
  if (cost.after) line.append("; at most ").append(plain_money(cost.after->most));
  return line.append(")");
}

std::string proposal_body(const Change& change, std::string_view reason) {
  std::string body{"Asked for over the platform API by:\n\n"};
  body.append(fenced("text", change.requested_by));
  if (!reason.empty()) append_section(body, "Why", fenced("text", reason));
  if (change.kind == ChangeKind::node_group) {
    append_section(body, "What it costs",
                   change.facts.monthly_cost.empty() ? "Not known: a price is missing."
                                                     : change.facts.monthly_cost);
  }
  if (!change.facts.verdicts.empty()) {
    std::string lines;
    for (const std::string& verdict : change.facts.verdicts) lines.append(verdict).append("\n");
    append_section(body, "Policies", fenced("text", lines));
  }
  append_section(
      body, "What the cluster's API server says",
      fenced("text", change.facts.dry_run.empty() ? "It was not asked." : change.facts.dry_run));
  append_section(body, "The difference", fenced("diff", change.facts.diff));
  return body;
}

}  // namespace mainstay::clusters
