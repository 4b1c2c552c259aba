#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "apps/apim/domain/metric_tree.hpp"
#include "base/result.hpp"

namespace mainstay::apim {

/// What one call does to a metric: adds `amount`, or with '#' sets the counters to it. Never
/// negative.
struct UsageValue {
  std::int64_t amount = 0;
  bool is_set = false;
  friend bool operator==(const UsageValue&, const UsageValue&) = default;
};

/// Digits with an optional leading '#', blanks around allowed. Nothing else, and nothing beyond
/// int64.
std::optional<UsageValue> parse_usage_value(std::string_view text);

/// Counters stop at the largest int64 instead of wrapping.
std::int64_t saturating_add(std::int64_t a, std::int64_t b);

/// The counter's value after `usage`.
inline std::int64_t applied(std::int64_t counter, const UsageValue& usage) {
  return usage.is_set ? usage.amount : saturating_add(counter, usage.amount);
}

/// A `usage[NAME]=VALUE` parameter as it came. `value` is absent when it was no text.
struct UsageParameter {
  std::string_view name;
  std::optional<std::string_view> value;
};

struct MetricUsage {
  MetricIndex metric = 0;
  UsageValue value;
};

/// What one call does to its metrics; each is in it once, the first named first. Keeps its room
/// from call to call.
class ResolvedUsage {
 public:
  void clear();
  /// The metric's value; without one it gets an added 0. Valid until the next at() or clear().
  UsageValue& at(MetricIndex metric);
  /// The metric's value; null when it has none.
  [[nodiscard]] const UsageValue* find(MetricIndex metric) const;
  [[nodiscard]] std::span<const MetricUsage> entries() const { return entries_; }

 private:
  /// So many entries are looked through: most calls name one metric or two.
  static constexpr std::size_t scanned_max = 16;

  [[nodiscard]] std::size_t place_of(MetricIndex metric) const;
  void index_from(std::size_t place);

  std::vector<MetricUsage> entries_;
  // With more than scanned_max entries: by metric, where its entry is. Else empty.
  std::vector<std::uint32_t> places_;
};

enum class Hierarchy : std::uint8_t { propagate, flat };

/// Resolves names and adds usage to ancestors: an added value adds to every ancestor, a set value
/// overwrites every ancestor, in the order of the parameters. `out` is cleared first; on success
/// the named metrics come first in it. Errors: metric_invalid, usage_value_invalid.
Result<> resolve_usage(const MetricTree& tree, std::span<const UsageParameter> parameters,
                       Hierarchy hierarchy, ResolvedUsage& out);

}  // namespace mainstay::apim
