#include "apps/charging/domain/readings.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "base/text.hpp"

namespace mainstay::charging {
namespace {

using ocpp::MeterValue;
using ocpp::SampledValue;

constexpr std::int64_t decimals_max = 9;

void append_value(std::string& out, std::string_view value) {
  for (const char c : value) {
    switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case ';':
        out += "\\s";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      default:
        out.push_back(c);
    }
  }
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out.push_back(text[i]);
      continue;
    }
    const char next = text[++i];
    out.push_back(next == 's' ? ';' : next == 't' ? '\t' : next == 'n' ? '\n' : next);
  }
  return out;
}

template <class Enum>
void append_field(std::string& out, const std::optional<Enum>& value) {
  out.push_back(';');
  if (value) append_number(out, static_cast<std::int64_t>(*value));
}

void append_sample(std::string& out, const SampledValue& sample) {
  out.push_back('\t');
  append_value(out, sample.value);
  append_field(out, sample.measurand);
  append_field(out, sample.unit);
  append_field(out, sample.phase);
  append_field(out, sample.context);
  append_field(out, sample.location);
  append_field(out, sample.format);
  // What is not said at the end needs no `;`.
  while (out.back() == ';') out.pop_back();
}

/// `last` is the greatest enumerator.
template <class Enum>
bool parse_field(const std::vector<std::string_view>& fields, std::size_t at, Enum last,
                 std::optional<Enum>& out) {
  if (at >= fields.size() || fields[at].empty()) return true;
  const auto number = parse_u64(fields[at]);
  if (!number || *number > static_cast<std::uint64_t>(last)) return false;
  out = static_cast<Enum>(*number);
  return true;
}

std::optional<SampledValue> parse_sample(std::string_view text) {
  const auto fields = split(text, ';');
  if (fields.size() > 7) return std::nullopt;
  SampledValue out;
  out.value = unescaped(fields[0]);
  const bool understood = parse_field(fields, 1, ocpp::Measurand::unknown, out.measurand) &&
                          parse_field(fields, 2, ocpp::Unit::unknown, out.unit) &&
                          parse_field(fields, 3, ocpp::Phase::unknown, out.phase) &&
                          parse_field(fields, 4, ocpp::ReadingContext::unknown, out.context) &&
                          parse_field(fields, 5, ocpp::Location::unknown, out.location) &&
                          parse_field(fields, 6, ocpp::ValueFormat::signed_data, out.format);
  if (!understood) return std::nullopt;
  return out;
}

bool is_thousands(const std::optional<ocpp::Unit>& unit) {
  return unit == ocpp::Unit::kwh || unit == ocpp::Unit::kw;
}

/// Takes what the network wants to know of the newest value.
void note(Readings& out, const SampledValue& sample) {
  if (sample.format == ocpp::ValueFormat::signed_data) return;
  const std::int64_t scale = is_thousands(sample.unit) ? 1'000 : 1;
  switch (ocpp::measurand_of(sample)) {
    case ocpp::Measurand::energy_active_import_register:
      if (!sample.phase) out.energy_register = scaled_decimal(sample.value, scale);
      break;
    case ocpp::Measurand::power_active_import:
      if (!sample.phase) out.power_import = scaled_decimal(sample.value, scale);
      break;
    case ocpp::Measurand::current_import: {
      const auto amperes = scaled_decimal(sample.value, 10);
      if (!amperes || *amperes > std::numeric_limits<DeciAmperes>::max()) break;
      const auto here = static_cast<DeciAmperes>(*amperes);
      out.current_import = std::max(out.current_import.value_or(here), here);
      break;
    }
    case ocpp::Measurand::state_of_charge: {
      const auto percent = scaled_decimal(sample.value, 1);
      if (percent && *percent >= 0 && *percent <= 100) {
        out.state_of_charge = static_cast<int>(*percent);
      }
      break;
    }
    default:
      break;
  }
}

}  // namespace

std::optional<std::int64_t> scaled_decimal(std::string_view text, std::int64_t scale) {
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  const auto whole = parse_u64(text.substr(0, point));
  if (!whole) return std::nullopt;
  __extension__ using Wide = __int128;
  Wide value = static_cast<Wide>(*whole) * scale;
  if (point < text.size()) {
    const std::string_view digits = text.substr(point + 1);
    if (digits.empty() || digits.find_first_not_of("0123456789") != digits.npos) {
      return std::nullopt;
    }
    std::int64_t unit = 1;
    Wide fraction = 0;
    for (const char c : digits.substr(0, decimals_max)) {
      fraction = fraction * 10 + (c - '0');
      unit *= 10;
    }
    value += fraction * scale / unit;
  }
  if (value > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  return static_cast<std::int64_t>(is_negative ? -value : value);
}

Readings make_readings(std::span<const MeterValue> values) {
  Readings out;
  const MeterValue* newest = nullptr;
  for (const MeterValue& value : values) {
    append_number(out.text, value.timestamp.time_since_epoch().count());
    for (const SampledValue& sample : value.sampled_value) append_sample(out.text, sample);
    out.text.push_back('\n');
    if (newest == nullptr || value.timestamp < out.first) out.first = value.timestamp;
    if (newest == nullptr || value.timestamp >= newest->timestamp) newest = &value;
  }
  if (newest == nullptr) return out;
  out.newest = newest->timestamp;
  for (const SampledValue& sample : newest->sampled_value) note(out, sample);
  return out;
}

std::vector<MeterValue> parse_readings(std::string_view text) {
  std::vector<MeterValue> out;
  for (const std::string_view line : split(text, '\n')) {
    const auto parts = split(line, '\t');
    const auto at = parse_i64(parts[0]);
    if (!at) continue;
    MeterValue value;
    value.timestamp = SystemTime{Micros{*at}};
    for (std::size_t i = 1; i < parts.size(); ++i) {
      auto sample = parse_sample(parts[i]);
      if (sample) value.sampled_value.push_back(std::move(*sample));
    }
    out.push_back(std::move(value));
  }
  return out;
}

}  // namespace mainstay::charging
