#include "apps/apim/domain/usage.hpp"

#include <limits>
#include <string>

#include "apps/apim/errc.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();

void add_to_ancestors(const MetricTree& tree, const MetricUsage& named, ResolvedUsage& usage) {
  for (auto above = tree.parent(named.metric); above; above = tree.parent(*above)) {
    UsageValue& value = usage.at(*above);
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

void ResolvedUsage::clear() {
  entries_.clear();
  places_.clear();
}

UsageValue& ResolvedUsage::at(MetricIndex metric) {
  const std::size_t place = place_of(metric);
  if (place < entries_.size()) return entries_[place].value;
  entries_.push_back({metric, {}});
  if (entries_.size() > scanned_max) index_from(places_.empty() ? 0 : entries_.size() - 1);
  return entries_.back().value;
}

const UsageValue* ResolvedUsage::find(MetricIndex metric) const {
  const std::size_t place = place_of(metric);
  return place < entries_.size() ? &entries_[place].value : nullptr;
}

/// Beyond the entries when the metric has none.
std::size_t ResolvedUsage::place_of(MetricIndex metric) const {
  if (!places_.empty()) return metric < places_.size() ? places_[metric] : nowhere;
  std::size_t place = 0;
  while (place < entries_.size() && entries_[place].metric != metric) ++place;
  return place;
}

void ResolvedUsage::index_from(std::size_t place) {
  for (; place < entries_.size(); ++place) {
    const MetricIndex metric = entries_[place].metric;
    if (metric >= places_.size()) places_.resize(metric + std::size_t{1}, nowhere);
    places_[metric] = static_cast<std::uint32_t>(place);
  }
}

Result<> resolve_usage(const MetricTree& tree, std::span<const UsageParameter> parameters,
                       Hierarchy hierarchy, ResolvedUsage& out) {
  out.clear();
  for (const UsageParameter& parameter : parameters) {
    const std::string_view name = trimmed(parameter.name);
    const auto metric = tree.find_name(name);
    if (!metric) return metric_invalid(name);
    const auto value = parameter.value ? parse_usage_value(*parameter.value) : std::nullopt;
    if (!value) return usage_value_invalid(name, parameter.value.value_or(""));
    out.at(*metric) = *value;
  }
  if (hierarchy == Hierarchy::flat) return {};
  // The values as named, before any propagation, are what ancestors get.
  if (out.entries().size() == 1) {
    const MetricUsage named = out.entries().front();
    add_to_ancestors(tree, named, out);
    return {};
  }
  const std::vector<MetricUsage> named(out.entries().begin(), out.entries().end());
  for (const MetricUsage& usage : named) add_to_ancestors(tree, usage, out);
  return {};
}

}  // namespace mainstay::apim
