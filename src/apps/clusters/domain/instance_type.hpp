#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/clusters/domain/money.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::clusters {

enum class Architecture : std::uint8_t { unknown, x86_64, arm64 };
std::string_view to_text(Architecture architecture);  // "unknown", "x86_64", "arm64"
std::optional<Architecture> parse_architecture(std::string_view text);  // and "amd64"

/// A kind of machine that a cloud rents out.
struct InstanceType {
  std::string name{};              // "m5.large"
  std::string family = "Unknown";  // "General purpose"
  std::uint64_t memory_bytes = 0;
  std::uint32_t vcpu = 0;
  std::uint32_t gpu = 0;
  Architecture architecture = Architecture::unknown;
  bool is_current = true;              // of a generation that the cloud still recommends
  std::optional<HourlyPrice> price{};  // on demand, Linux, shared tenancy; nothing: not known
  bool operator==(const InstanceType&) const = default;
};

/// "16 GiB", "1,952 GiB", "1.5 TiB", "512Mi" or plain bytes to bytes: a number (digits, commas
/// between thousands, at most nine digits behind a point), blanks, and one of k Ki KiB M Mi MiB G
/// Gi GiB T Ti TiB (k, M, G, T: powers of 1,000). Exact, a part of a byte counts as one. Nothing
/// when it is something else, or 2^63 and more.
std::optional<std::uint64_t> parse_memory(std::string_view text);
/// "16 GiB", "7.5 GiB", "512 MiB": for people.
std::string memory_text(std::uint64_t bytes);

/// Where a set came from.
struct InstanceTypeOrigin {
  std::string version{};  // what its maker says: equal ones need not be read again
  std::string source{};   // "shipped", a path or an URL: for people
  std::string etag{};     // of the URL's last answer; empty: none
  std::string region{};   // "eu-west-1"; empty: not told
  Currency currency{};    // of all its prices
  SystemTime taken_at{};  // when it was read, or of when it is told to be; its age counts from here
  bool operator==(const InstanceTypeOrigin&) const = default;
};

/// All types of one region at one time: immutable, shared by snapshot, any thread. Readers of files
/// take at most Limits::instance_types_max.
class InstanceTypeSet {
 public:
  InstanceTypeSet() = default;
  /// Sorts; of types with one name the first stays.
  InstanceTypeSet(InstanceTypeOrigin origin, std::vector<InstanceType> types);

  [[nodiscard]] const InstanceTypeOrigin& origin() const { return origin_; }
  /// By name.
  [[nodiscard]] const std::vector<InstanceType>& types() const { return types_; }
  /// Null: there is no such type.
  [[nodiscard]] const InstanceType* find(std::string_view name) const;
  /// How many have a price.
  [[nodiscard]] std::size_t priced() const;

 private:
  InstanceTypeOrigin origin_;
  std::vector<InstanceType> types_;
};

/// What `details` says of each type's size, with the prices of `prices`; types of either. The
/// origin is that of `prices` unless it is empty.
InstanceTypeSet merged(const InstanceTypeSet& prices, const InstanceTypeSet& details);

}  // namespace mainstay::clusters
