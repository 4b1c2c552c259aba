#include "apps/apim/domain/usage.hpp"

#include <limits>
#include <string>

#include "apps/apim/errc.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

UsageValue& entry_of(std::vector<MetricUsage>& usage, MetricIndex metric) {
  for (MetricUsage& entry : usage) {
    if (entry.metric == metric) return entry.value;
  }
  return usage.emplace_back(MetricUsage{metric, {}}).value;
}

void add_to_ancestors(const MetricTree& tree, const MetricUsage& named,
                      std::vector<MetricUsage>& usage) {
  for (auto above = tree.parent(named.metric); above; above = tree.parent(*above)) {
    UsageValue& value = entry_of(usage, *above);
    if (named.value.is_set) {
      value = named.value;
    } else {
      // An ancestor's own set value counts as nothing beside an added one.
      const std::int64_t before = value.is_set ? 0 : value.amount;
      value = {saturating_add(before, named.value.amount), false};
    }
  }
}

}  // namespace

std::optional<UsageValue> parse_usage_value(std::string_view text) {
  text = trimmed(text);
  UsageValue value;
  if (text.starts_with('#')) {
    value.is_set = true;
    text.remove_prefix(1);
  }
  const auto amount = parse_u64(text);
  if (!amount || *amount > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return std::nullopt;
  }
  value.amount = static_cast<std::int64_t>(*amount);
  return value;
}

std::int64_t saturating_add(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return std::numeric_limits<std::int64_t>::max();
  return sum;
}

Result<> resolve_usage(const MetricTree& tree, std::span<const UsageParameter> parameters,
                       Hierarchy hierarchy, std::vector<MetricUsage>& out) {
  out.clear();
  for (const UsageParameter& parameter : parameters) {
    const std::string_view name = trimmed(parameter.name);
    const auto metric = tree.find_name(name);
    if (!metric) return metric_invalid(name);
    const auto value = parameter.value ? parse_usage_value(*parameter.value) : std::nullopt;
    if (!value) return usage_value_invalid(name, parameter.value.value_or(""));
    entry_of(out, *metric) = *value;
  }
  if (hierarchy == Hierarchy::flat) return {};
  // The values as named, before any propagation, are what ancestors get.
  const std::size_t named_count = out.size();
  if (named_count == 1) {
    const MetricUsage named = out.front();
    add_to_ancestors(tree, named, out);
    return {};
  }
  const std::vector<MetricUsage> named = out;
  for (const MetricUsage& usage : named) add_to_ancestors(tree, usage, out);
  return {};
}

const UsageValue* find_usage(std::span<const MetricUsage> usage, MetricIndex metric) {
  for (const MetricUsage& entry : usage) {
    if (entry.metric == metric) return &entry.value;
  }
  return nullptr;
}

}  // namespace mainstay::apim
