#include "platform/settings/value.hpp"

#include <algorithm>
#include <span>

#include "base/text.hpp"

namespace mainstay::settings {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t size;
};
// Largest first: the first that divides a value is how people write it.
constexpr Unit durations[] = {
    {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};
constexpr Unit sizes[] = {{"TiB", std::int64_t{1} << 40},
                          {"GiB", std::int64_t{1} << 30},
                          {"MiB", std::int64_t{1} << 20},
                          {"KiB", std::int64_t{1} << 10},
                          {"B", 1},
                          {"", 1}};

std::optional<std::int64_t> parse_with_unit(std::string_view text, std::span<const Unit> units) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_i64(text.substr(0, digits));
  const auto unit = std::find_if(units.begin(), units.end(),
                                 [&](const Unit& one) { return one.name == text.substr(digits); });
  std::int64_t product = 0;
  if (!number || unit == units.end()) return std::nullopt;
  if (__builtin_mul_overflow(*number, unit->size, &product)) return std::nullopt;
  return product;
}

std::string with_unit(std::int64_t value, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (value % unit.size == 0 && (value != 0 || unit.size == 1)) {
      return std::to_string(value / unit.size).append(unit.name);
    }
  }
  return std::to_string(value);
}

/// The number behind a text of a kind that has one.
std::optional<std::int64_t> number_of(Kind kind, std::string_view text) {
  if (kind == Kind::integer) return parse_i64(text);
  return kind == Kind::duration ? parse_duration(text) : parse_bytes(text);
}

std::string shown(Kind kind, std::int64_t value) {
  if (kind == Kind::integer) return std::to_string(value);
  return kind == Kind::duration ? with_unit(value, durations) : with_unit(value, sizes);
}

bool is_choice(const Spec& spec, std::string_view text) {
  return spec.choices.empty() ||
         std::find(spec.choices.begin(), spec.choices.end(), text) != spec.choices.end();
}

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::text:
      return "a text";
    case Kind::boolean:
      return "true or false";
    case Kind::integer:
      return "an integer";
    case Kind::duration:
      return "a duration such as 250ms, 10s, 5m, 2h or 1d";
    case Kind::bytes:
      return "a number of bytes such as 512, 64KiB, 1MiB or 2GiB";
    case Kind::list:
      return "a list, its elements separated by commas";
  }
  return "";
}

}  // namespace

std::optional<bool> parse_boolean(std::string_view text) {
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return std::nullopt;
}

std::optional<std::int64_t> parse_duration(std::string_view text) {
  return text == "0" ? 0 : parse_with_unit(text, durations);
}

std::optional<std::int64_t> parse_bytes(std::string_view text) {
  return parse_with_unit(text, sizes);
}

std::optional<std::vector<std::string>> parse_list(std::string_view text) {
  std::vector<std::string> out;
  if (trimmed(text).empty()) return out;
  for (const std::string_view element : split(text, ',')) {
    out.emplace_back(trimmed(element));
    if (out.back().empty()) return std::nullopt;
  }
  return out;
}

bool is_allowed(const Spec& spec, std::string_view text) {
  switch (spec.kind) {
    case Kind::text:
      return is_choice(spec, text);
    case Kind::boolean:
      return parse_boolean(text).has_value();
    case Kind::list: {
      const auto elements = parse_list(text);
      return elements && std::all_of(elements->begin(), elements->end(),
                                     [&](const std::string& one) { return is_choice(spec, one); });
    }
    default: {
      const auto number = number_of(spec.kind, text);
      return number && *number >= spec.least && *number <= spec.most;
    }
  }
}

std::string allowed_values(const Spec& spec) {
  if (!spec.choices.empty()) {
    std::string out = spec.kind == Kind::list ? "a list of any of" : "one of";
    for (const std::string_view choice : spec.choices) {
      out.append(choice == spec.choices.front() ? " " : ", ").append(choice);
    }
    return out;
  }
  std::string out{kind_name(spec.kind)};
  const bool has_least = spec.least != INT64_MIN;
  const bool has_most = spec.most != INT64_MAX;
  if (has_least) {
    out.append(has_most ? ", from " : ", at least ").append(shown(spec.kind, spec.least));
  }
  if (has_most) out.append(has_least ? " to " : ", at most ").append(shown(spec.kind, spec.most));
  return out;
}

}  // namespace mainstay::settings
