#include "apps/charging/inbound/ocpp/tolerance.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"

namespace mainstay::charging::ocpp {

namespace {

struct Flag {
  std::string_view name;
  bool Tolerance::*member;
};
constexpr std::array<Flag, 7> flags{{
    {"unknown_values", &Tolerance::unknown_values},
    {"missing_timestamps", &Tolerance::missing_timestamps},
    {"unknown_fields", &Tolerance::unknown_fields},
    {"numbers_for_texts", &Tolerance::numbers_for_texts},
    {"texts_for_numbers", &Tolerance::texts_for_numbers},
    {"repeated_ids", &Tolerance::repeated_ids},
    {"long_texts", &Tolerance::long_texts},
}};

bool begins(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

bool set_flag(Tolerance& tolerance, std::string_view name) {
  const auto* const flag = std::ranges::find(flags, name, &Flag::name);
  if (flag == flags.end()) return false;
  tolerance.*(flag->member) = true;
  return true;
}

}  // namespace

Tolerance ToleranceTable::of(std::string_view vendor, std::string_view model) const {
  Tolerance sum;
  for (const auto& row : rows_) {
    if (!begins(vendor, row.vendor) || !begins(model, row.model)) continue;
    for (const auto& flag : flags) sum.*(flag.member) |= row.tolerance.*(flag.member);
  }
  return sum;
}

std::optional<ToleranceRow> parse_tolerance_row(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto who = trimmed(line.substr(0, colon));
  const auto slash = who.find('/');
  ToleranceRow row;
  row.vendor = trimmed(who.substr(0, slash));
  if (slash != std::string_view::npos) row.model = trimmed(who.substr(slash + 1));
  if (row.vendor == "*") row.vendor.clear();
  bool any = false;
  for (const auto name : split(line.substr(colon + 1), ' ')) {
    if (name.empty()) continue;
    if (!set_flag(row.tolerance, name)) return std::nullopt;
    any = true;
  }
  if (!any || (row.vendor.empty() && !who.starts_with('*'))) return std::nullopt;
  return row;
}

}  // namespace mainstay::charging::ocpp
