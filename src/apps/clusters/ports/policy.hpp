#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/clusters/domain/group_cost.hpp"
#include "apps/clusters/domain/instance_type.hpp"

namespace mainstay::clusters {

/// A change of one node group: without `before` it is made, without `after` it is removed.
struct PolicyChange {
  std::optional<GroupFacts> before{};
  std::optional<GroupFacts> after{};
};

/// What the rules are held against.
struct PolicyFacts {
  std::span<const GroupFacts> groups;  // all there are now, the changed one among them
  const InstanceTypeSet& types;
};

struct Verdict {
  enum class Outcome : std::uint8_t { pass, warn, deny };
  std::string rule{};  // as it was written
  Outcome outcome = Outcome::pass;
  std::string text{};  // why, for people
};
std::string_view to_text(Verdict::Outcome outcome);  // "pass", "warn", "deny"

/// Who says whether a change may be proposed. A change with one `deny` may not.
class Policy {
 public:
  virtual ~Policy() = default;

  /// One of each rule that is about the change, in the rules' order. Any thread; does not block.
  [[nodiscard]] virtual std::vector<Verdict> verdicts(const PolicyChange& change,
                                                      const PolicyFacts& facts) const = 0;
};

}  // namespace mainstay::clusters
