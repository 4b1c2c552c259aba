#include "apps/clusters/domain/instance_type.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"

namespace mainstay::clusters {
namespace {

__extension__ using WideBytes = unsigned __int128;  // no ISO type has 128 bits

struct MemoryUnit {
  std::string_view name;
  std::uint64_t bytes;
};
constexpr std::array<MemoryUnit, 13> memory_units{{
    {"", 1},
    {"k", 1'000},
    {"Ki", 1ULL << 10U},
    {"KiB", 1ULL << 10U},
    {"M", 1'000'000},
    {"Mi", 1ULL << 20U},
    {"MiB", 1ULL << 20U},
    {"G", 1'000'000'000},
    {"Gi", 1ULL << 30U},
    {"GiB", 1ULL << 30U},
    {"T", 1'000'000'000'000},
    {"Ti", 1ULL << 40U},
    {"TiB", 1ULL << 40U},
}};
constexpr std::size_t memory_text_max = 40;
constexpr std::size_t fraction_digits_max = 9;

/// "1,952" to "1952". Nothing when commas stand elsewhere than between thousands.
std::optional<std::string> without_commas(std::string_view text) {
  const auto groups = split(text, ',');
  std::string out{groups.front()};
  if (groups.size() > 1 && (out.empty() || out.size() > 3)) return std::nullopt;
  for (std::size_t at = 1; at < groups.size(); ++at) {
    if (groups[at].size() != 3) return std::nullopt;
    out.append(groups[at]);
  }
  return out;
}

struct MemoryNumber {
  std::uint64_t whole = 0;
  std::uint64_t parts = 0;  // of `scale`
  std::uint64_t scale = 1;
};

std::optional<MemoryNumber> parse_memory_number(std::string_view text) {
  const std::size_t point = text.find('.');
  const auto digits = without_commas(text.substr(0, point));
  const auto whole = digits ? parse_u64(*digits) : std::nullopt;
  if (!whole) return std::nullopt;
  MemoryNumber out{*whole, 0, 1};
  if (point == std::string_view::npos) return out;
  const std::string_view fraction = text.substr(point + 1);
  const auto parts = parse_u64(fraction);
  if (!parts || fraction.size() > fraction_digits_max) return std::nullopt;
  out.parts = *parts;
  for (std::size_t at = 0; at < fraction.size(); ++at) out.scale *= 10;
  return out;
}

}  // namespace

std::string_view to_text(Architecture architecture) {
  switch (architecture) {
    case Architecture::x86_64:
      return "x86_64";
    case Architecture::arm64:
      return "arm64";
    case Architecture::unknown:
      break;
  }
  return "unknown";
}

std::optional<Architecture> parse_architecture(std::string_view text) {
  if (text == "x86_64" || text == "amd64") return Architecture::x86_64;
  if (text == "arm64" || text == "aarch64") return Architecture::arm64;
  if (text == "unknown") return Architecture::unknown;
  return std::nullopt;
}

std::optional<std::uint64_t> parse_memory(std::string_view text) {
  if (text.size() > memory_text_max) return std::nullopt;
  std::string packed;  // blanks anywhere are dropped, as the source does
  for (const char c : text) {
    if (c != ' ') packed.push_back(c);
  }
  const std::string_view all{packed};
  const std::size_t length = std::min(all.find_first_not_of("0123456789,."), all.size());
  const auto number = parse_memory_number(all.substr(0, length));
  const auto* const unit =
      std::find_if(memory_units.begin(), memory_units.end(),
                   [&](const MemoryUnit& one) { return one.name == all.substr(length); });
  if (!number || unit == memory_units.end()) return std::nullopt;
  const WideBytes whole = static_cast<WideBytes>(number->whole) * unit->bytes;
  const WideBytes parts = static_cast<WideBytes>(number->parts) * unit->bytes;
  const WideBytes bytes = whole + (parts + number->scale - 1) / number->scale;
  if (bytes > INT64_MAX) return std::nullopt;
  return static_cast<std::uint64_t>(bytes);
}

std::string memory_text(std::uint64_t bytes) {
  const bool is_large = bytes >= (1ULL << 30U);
  const std::uint64_t unit = is_large ? 1ULL << 30U : 1ULL << 20U;
  std::string out = std::to_string(bytes / unit);
  // Hundredths: no type on sale needs more.
  const std::uint64_t hundredths = bytes % unit * 100 / unit;
  if (hundredths > 0) {
    std::string digits = std::to_string(100 + hundredths).substr(1);
    if (digits.back() == '0') digits.pop_back();
    out.append(".").append(digits);
  }
  return out.append(is_large ? " GiB" : " MiB");
}

InstanceTypeSet::InstanceTypeSet(InstanceTypeOrigin origin, std::vector<InstanceType> types)
    : origin_(std::move(origin)), types_(std::move(types)) {
  const auto by_name = [](const InstanceType& a, const InstanceType& b) { return a.name < b.name; };
  const auto same = [](const InstanceType& a, const InstanceType& b) { return a.name == b.name; };
  std::stable_sort(types_.begin(), types_.end(), by_name);
  types_.erase(std::unique(types_.begin(), types_.end(), same), types_.end());
}

const InstanceType* InstanceTypeSet::find(std::string_view name) const {
  const auto found =
      std::lower_bound(types_.begin(), types_.end(), name,
                       [](const InstanceType& a, std::string_view b) { return a.name < b; });
  return found != types_.end() && found->name == name ? &*found : nullptr;
}

std::size_t InstanceTypeSet::priced() const {
  return static_cast<std::size_t>(std::count_if(
      types_.begin(), types_.end(), [](const InstanceType& one) { return one.price.has_value(); }));
}

InstanceTypeSet merged(const InstanceTypeSet& prices, const InstanceTypeSet& details) {
  std::vector<InstanceType> all;
  for (const InstanceType& one : details.types()) {
    InstanceType both = one;
    if (const InstanceType* priced = prices.find(one.name)) {
      both.price = priced->price;
      if (both.family == InstanceType{}.family) both.family = priced->family;
    }
    all.push_back(std::move(both));
  }
  // Behind the others: of two with one name those with details stay.
  all.insert(all.end(), prices.types().begin(), prices.types().end());
  const bool is_priced = !prices.types().empty();
  return {is_priced ? prices.origin() : details.origin(), std::move(all)};
}

}  // namespace mainstay::clusters
