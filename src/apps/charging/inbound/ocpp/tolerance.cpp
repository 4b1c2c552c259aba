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
constexpr std::array<Flag, 9> tolerance_flags{{
    {"unknown_values", &Tolerance::unknown_values},
    {"missing_timestamps", &Tolerance::missing_timestamps},
    {"unknown_fields", &Tolerance::unknown_fields},
    {"numbers_for_texts", &Tolerance::numbers_for_texts},
    {"texts_for_numbers", &Tolerance::texts_for_numbers},
    {"repeated_ids", &Tolerance::repeated_ids},
    {"long_texts", &Tolerance::long_texts},
    {"lone_for_lists", &Tolerance::lone_for_lists},
    {"empty_lists", &Tolerance::empty_lists},
}};

/// What the reports show, and no more. Chargers that are only said to be odd are not here.
constexpr std::array<KnownFirmware, 7> reported{{
    {{"OpenEVSE"}, {.numbers_for_texts = true}, "OpenEVSE/openevse_esp32_firmware 335"},
    {{"Schneider Electric", "EVlink Smart Wallbox"}, {.long_texts = true}, "lbbrhzn/ocpp 213"},
    {{"United Chargers"}, {.long_texts = true}, "lbbrhzn/ocpp 899"},
    {{"VESTEL", "EVC04"}, {.empty_lists = true}, "lbbrhzn/ocpp 466"},
    {{"ZJBENY"}, {.empty_lists = true}, "evcc-io/evcc 15028"},
    {{"Huawei"}, {.lone_for_lists = true}, "lbbrhzn/ocpp 1144"},
    // The same chargers, with firmware that leaves its vendor empty (evcc-io/evcc 32170).
    {{"", "ACChargePoint"}, {.lone_for_lists = true}, "lbbrhzn/ocpp 1144"},
}};

bool begins(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

/// Of a row of either kind.
bool is_of(const FirmwareName& name, const auto& row) {
  return begins(name.vendor, row.vendor) && begins(name.model, row.model) &&
         begins(name.firmware, row.firmware);
}

void forgive(Tolerance& sum, const Tolerance& more) {
  for (const auto& flag : tolerance_flags) sum.*(flag.member) |= more.*(flag.member);
}

bool set_flag(ToleranceRow& row, std::string_view name) {
  if (name == "strict") {
    row.is_strict = true;
    return true;
  }
  const auto* const flag = std::ranges::find(tolerance_flags, name, &Flag::name);
  if (flag == tolerance_flags.end()) return false;
  row.tolerance.*(flag->member) = true;
  return true;
}

}  // namespace

std::span<const KnownFirmware> known_firmware() { return reported; }

Tolerance ToleranceTable::of(const FirmwareName& name) const {
  Tolerance sum;
  bool is_strict = false;
  for (const auto& row : rows_) {
    if (!is_of(name, row)) continue;
    forgive(sum, row.tolerance);
    is_strict |= row.is_strict;
  }
  if (is_strict) return sum;
  for (const auto& known : reported) {
    if (is_of(name, known.name)) forgive(sum, known.tolerance);
  }
  return sum;
}

std::optional<ToleranceRow> parse_tolerance_row(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto who = split(line.substr(0, colon), '/');
  if (who.size() > 3) return std::nullopt;
  const auto part = [&](std::size_t index) {
    return std::string{index < who.size() ? trimmed(who[index]) : std::string_view{}};
  };
  ToleranceRow row{.vendor = part(0), .model = part(1), .firmware = part(2)};
  if (row.vendor.empty()) return std::nullopt;
  if (row.vendor == "*") row.vendor.clear();
  bool any = false;
  for (const auto name : split(line.substr(colon + 1), ' ')) {
    if (name.empty()) continue;
    if (!set_flag(row, name)) return std::nullopt;
    any = true;
  }
  if (!any) return std::nullopt;
  return row;
}

std::string to_text(const Tolerance& tolerance) {
  std::string text;
  for (const auto& flag : tolerance_flags) {
    if (!(tolerance.*(flag.member))) continue;
    if (!text.empty()) text.push_back(' ');
    text.append(flag.name);
  }
  return text;
}

}  // namespace mainstay::charging::ocpp
