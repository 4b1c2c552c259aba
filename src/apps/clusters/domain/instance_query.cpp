#include "apps/clusters/domain/instance_query.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "apps/clusters/errc.hpp"
#include "base/text.hpp"

namespace mainstay::clusters {
namespace {

using InstanceSort = InstanceQuery::Sort;

constexpr std::array<std::pair<std::string_view, InstanceSort>, 5> instance_sorts{{
    {"name", InstanceSort::name},
    {"vcpu", InstanceSort::vcpu},
    {"memory", InstanceSort::memory},
    {"gpu", InstanceSort::gpu},
    {"price", InstanceSort::price},
}};
constexpr std::size_t parameter_bytes_max = 500;
constexpr std::string_view instance_parameters =
    "name, family, arch, vcpu_min, vcpu_max, memory_min, memory_max, gpu_min, gpu_max, price_max, "
    "current, priced, sort, limit, cursor and cheapest";

Error bad_parameter(std::string_view name, std::string_view wanted) {
  return Error{Errc::query_invalid, std::string{name} + ": " + std::string{wanted}};
}

template <class T, class Parsed>
Result<> take(T& out, const Parsed& parsed, std::string_view name, std::string_view wanted) {
  if (!parsed) return bad_parameter(name, wanted);
  out = *parsed;
  return {};
}

std::optional<bool> parse_truth(std::string_view text) {
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return std::nullopt;
}

Result<> take_sort(InstanceQuery& query, std::string_view text) {
  query.descending = text.starts_with('-');
  const std::string_view wanted = text.substr(query.descending ? 1 : 0);
  for (const auto& [name, sort] : instance_sorts) {
    if (name != wanted) continue;
    query.sort = sort;
    return {};
  }
  return bad_parameter("sort", "name, vcpu, memory, gpu or price, with - in front for downwards");
}

Result<> take_limit(InstanceQuery& query, std::string_view text) {
  const auto limit = parse_u64(text);
  if (!limit || *limit == 0 || *limit > InstanceQuery::limit_max) {
    return bad_parameter("limit", "1 to " + std::to_string(InstanceQuery::limit_max));
  }
  query.limit = *limit;
  query.is_paged = true;
  return {};
}

/// vcpu_min and the like: nothing when it is none of these.
std::uint64_t* bound_of(InstanceQuery& query, std::string_view name) {
  const std::array<std::pair<std::string_view, std::uint64_t*>, 6> bounds{{
      {"vcpu_min", &query.vcpu_min},
      {"vcpu_max", &query.vcpu_max},
      {"memory_min", &query.memory_min},
      {"memory_max", &query.memory_max},
      {"gpu_min", &query.gpu_min},
      {"gpu_max", &query.gpu_max},
  }};
  for (const auto& [known, bound] : bounds) {
    if (known == name) return bound;
  }
  return nullptr;
}

Result<> take_bound(std::uint64_t& bound, std::string_view name, std::string_view value) {
  if (name.starts_with("memory")) {
    return take(bound, parse_memory(value), name, "an amount of memory, as 16GiB");
  }
  return take(bound, parse_u64(value), name, "a whole number");
}

Result<> take_parameter(InstanceQuery& query, bool& cheapest, const QueryParameter& one) {
  const auto& [name, value] = one;
  if (value.empty()) return bad_parameter(name, "it is empty");
  if (value.size() > parameter_bytes_max) return bad_parameter(name, "it is too long");
  if (std::uint64_t* bound = bound_of(query, name)) return take_bound(*bound, name, value);
  if (name == "name") return take(query.name, std::optional{value}, name, {});
  if (name == "family") return take(query.family, std::optional{value}, name, {});
  if (name == "arch") {
    return take(query.architecture, parse_architecture(value), name, "x86_64, arm64 or unknown");
  }
  if (name == "price_max") {
    return take(query.price_max, parse_hourly(value), name, "the price of an hour, as 0.25");
  }
  if (name == "current") return take(query.is_current, parse_truth(value), name, "true or false");
  if (name == "priced") return take(query.is_priced, parse_truth(value), name, "true or false");
  if (name == "sort") return take_sort(query, value);
  if (name == "limit") return take_limit(query, value);
  if (name == "cursor") {
    query.cursor = value;
    query.is_paged = true;
    return {};
  }
  if (name == "cheapest") return take(cheapest, parse_truth(value), name, "true or false");
  return bad_parameter(name, std::string{"unknown; there are "}.append(instance_parameters));
}

bool fits(const InstanceType& type, const InstanceQuery& query) {
  const auto within = [](std::uint64_t value, std::uint64_t least, std::uint64_t most) {
    return value >= least && value <= most;
  };
  return within(type.vcpu, query.vcpu_min, query.vcpu_max) &&
         within(type.memory_bytes, query.memory_min, query.memory_max) &&
         within(type.gpu, query.gpu_min, query.gpu_max) &&
         (!query.architecture || type.architecture == *query.architecture) &&
         (!query.is_current || type.is_current == *query.is_current) &&
         (!query.is_priced || type.price.has_value() == *query.is_priced) &&
         (!query.price_max || (type.price && *type.price <= *query.price_max)) &&
         (query.family.empty() || equals_ignoring_case(type.family, query.family)) &&
         (query.name.empty() || matches_pattern(query.name, type.name));
}

/// Where a type stands in an order, before its name decides: downwards is upwards of the opposite.
struct SortPlace {
  bool is_last = false;  // has no such thing
  std::uint64_t value = 0;
  std::string_view name;
  auto operator<=>(const SortPlace&) const = default;
};

SortPlace place_of(const InstanceType& type, const InstanceQuery& query) {
  SortPlace out{false, 0, type.name};
  switch (query.sort) {
    case InstanceSort::name:
      return out;
    case InstanceSort::vcpu:
      out.value = type.vcpu;
      break;
    case InstanceSort::memory:
      out.value = type.memory_bytes;
      break;
    case InstanceSort::gpu:
      out.value = type.gpu;
      break;
    case InstanceSort::price:
      out.is_last = !type.price;
      out.value = type.price ? static_cast<std::uint64_t>(type.price->get()) : 0;
      break;
  }
  if (query.descending && !out.is_last) out.value = ~out.value;
  return out;
}

/// Whether names, too, go downwards: only where nothing else decides.
bool names_descend(const InstanceQuery& query) {
  return query.sort == InstanceSort::name && query.descending;
}

bool stands_before(const SortPlace& a, const SortPlace& b, const InstanceQuery& query) {
  return names_descend(query) ? a.name > b.name : a < b;
}

std::string order_text(const InstanceQuery& query) {
  std::string out = query.descending ? "-" : "";
  return out.append(instance_sorts[static_cast<std::size_t>(query.sort)].first);
}

/// "price 0 4600000 t3.medium", in base64.
std::string cursor_of(const SortPlace& last, const InstanceQuery& query) {
  std::string text = order_text(query) + (last.is_last ? " 1 " : " 0 ");
  text.append(std::to_string(last.value)).append(" ").append(last.name);
  std::string out = base64_encode(text);
  while (out.ends_with('=')) out.pop_back();
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;  // as it may stand in a query
  return out;
}

/// Into `text`, which the place looks at.
Result<SortPlace> place_of_cursor(const InstanceQuery& query, std::string& text) {
  const Error refusal = bad_parameter("cursor", "it is none of this order");
  auto decoded = base64url_decode(query.cursor);
  if (!decoded) return refusal;
  text = *std::move(decoded);
  const auto parts = split(text, ' ');
  if (parts.size() != 4 || parts[0] != order_text(query)) return refusal;
  const auto value = parse_u64(parts[2]);
  if (!value || (parts[1] != "0" && parts[1] != "1")) return refusal;
  return SortPlace{parts[1] == "1", *value, parts[3]};
}

}  // namespace

Result<InstanceQuery> read_instance_query(std::span<const QueryParameter> parameters) {
  InstanceQuery query;
  bool cheapest = false;
  for (std::size_t at = 0; at < parameters.size(); ++at) {
    const auto earlier = parameters.first(at);
    const bool twice = std::ranges::any_of(
        earlier, [&](const QueryParameter& one) { return one.name == parameters[at].name; });
    if (twice) return bad_parameter(parameters[at].name, "it comes twice");
    MS_TRY_VOID(take_parameter(query, cheapest, parameters[at]));
  }
  if (!cheapest) return query;
  if (query.is_paged || query.sort != InstanceSort::name || query.descending) {
    return bad_parameter("cheapest", "it goes without sort, limit and cursor");
  }
  query.sort = InstanceSort::price;
  query.is_priced = true;
  query.limit = 1;
  return query;
}

Result<InstancePage> search(const InstanceTypeSet& set, const InstanceQuery& query) {
  std::string cursor_text;
  std::optional<SortPlace> behind;
  if (!query.cursor.empty()) {
    MS_TRY(const SortPlace place, place_of_cursor(query, cursor_text));
    behind = place;
  }
  InstancePage page;
  for (const InstanceType& type : set.types()) {
    if (!fits(type, query)) continue;
    if (behind && !stands_before(*behind, place_of(type, query), query)) continue;
    page.types.push_back(&type);
  }
  std::ranges::sort(page.types, [&](const InstanceType* a, const InstanceType* b) {
    return stands_before(place_of(*a, query), place_of(*b, query), query);
  });
  if (query.limit > 0 && page.types.size() > query.limit) {
    page.types.resize(query.limit);
    page.next = cursor_of(place_of(*page.types.back(), query), query);
  }
  return page;
}

bool matches_pattern(std::string_view pattern, std::string_view text) {
  // One star to go back to is enough: what an earlier one would take, the later one can, too.
  std::size_t at = 0;
  std::size_t in = 0;
  std::size_t star = std::string_view::npos;
  std::size_t taken = 0;
  while (at < text.size()) {
    if (in < pattern.size() && pattern[in] == '*') {
      star = in++;
      taken = at;
    } else if (in < pattern.size() && (pattern[in] == '?' || pattern[in] == text[at])) {
      ++in;
      ++at;
    } else if (star != std::string_view::npos) {
      in = star + 1;
      at = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', in) == std::string_view::npos;
}

}  // namespace mainstay::clusters
