#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/clusters/domain/instance_type.hpp"
#include "base/result.hpp"

namespace mainstay::clusters {

/// What people look for among instance types: all that is set must hold.
struct InstanceQuery {
  enum class Sort : std::uint8_t { name, vcpu, memory, gpu, price };

  std::string name{};    // a pattern: "m5.*"; empty: any
  std::string family{};  // exactly, any case
  std::optional<Architecture> architecture{};
  std::uint64_t vcpu_min = 0;
  std::uint64_t vcpu_max = UINT64_MAX;
  std::uint64_t memory_min = 0;
  std::uint64_t memory_max = UINT64_MAX;
  std::uint64_t gpu_min = 0;
  std::uint64_t gpu_max = UINT64_MAX;
  std::optional<HourlyPrice> price_max{};
  std::optional<bool> is_current{};
  std::optional<bool> is_priced{};
  Sort sort = Sort::name;
  bool descending = false;  // equal ones by name all the same
  std::size_t limit = 0;    // 0: no limit
  std::string cursor{};     // of the page before
  bool is_paged = false;    // a limit or a cursor was asked for

  static constexpr std::size_t limit_max = 500;
};

struct QueryParameter {
  std::string_view name, value;
};

/// Parameters: name, family, arch, vcpu_min, vcpu_max, memory_min, memory_max (as parse_memory()),
/// gpu_min, gpu_max, price_max (of an hour), current, priced (true or false), sort (name, vcpu,
/// memory, gpu or price; "-price": the dearest first), limit (1 to limit_max), cursor, and
/// cheapest=true for the one that fits and costs least. What is empty, unknown, given twice or out
/// of range is refused by name: Errc::query_invalid.
Result<InstanceQuery> read_instance_query(std::span<const QueryParameter> parameters);

struct InstancePage {
  std::vector<const InstanceType*> types;  // of the set
  std::string next;                        // cursor; empty: that was all
};

/// Errc::query_invalid when the cursor is of another order. A cursor stays good when a
/// refresh puts another set in place: it says behind what to go on. Types without a price come
/// last whichever way prices are sorted.
Result<InstancePage> search(const InstanceTypeSet& set, const InstanceQuery& query);

/// Whether `text` is what `pattern` says: '*' stands for anything, '?' for one character.
bool matches_pattern(std::string_view pattern, std::string_view text);

}  // namespace mainstay::clusters
