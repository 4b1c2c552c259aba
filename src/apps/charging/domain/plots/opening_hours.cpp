#include "apps/charging/domain/plots/opening_hours.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "base/text.hpp"
#include "base/time_zone.hpp"

namespace mainstay::charging {
namespace {

constexpr std::array<std::string_view, 7> days{"mo", "tu", "we", "th", "fr", "sa", "su"};
constexpr int day_minutes = 24 * 60;
constexpr int week_minutes = 7 * day_minutes;

Error hours_invalid(std::string_view part) {
  return {HoursErrc::hours_invalid, "`" + std::string{part.substr(0, 64)} +
                                        "`: 24/7, or days and times as in "
                                        "`mo-fr 07:00-22:00; sa,su 09:00-18:00`"};
}

std::optional<int> day_of(std::string_view text) {
  const auto* found = std::ranges::find(days, trimmed(text));
  if (found == days.end()) return std::nullopt;
  return static_cast<int>(found - days.begin());
}

/// Bits of "mo-fr,su".
std::optional<unsigned> days_of(std::string_view text) {
  unsigned out = 0;
  for (const std::string_view part : split(text, ',')) {
    const std::size_t dash = part.find('-');
    const auto first = day_of(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : day_of(part.substr(dash + 1));
    if (!first || !last) return std::nullopt;
    for (int day = *first;; day = (day + 1) % 7) {
      out |= 1U << static_cast<unsigned>(day);
      if (day == *last) break;
    }
  }
  return out;
}

/// Minutes of "07:30", up to 48:00.
std::optional<int> minutes_of(std::string_view text) {
  text = trimmed(text);
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon > 2 || text.size() - colon != 3) return std::nullopt;
  const auto hours = parse_u64(text.substr(0, colon));
  const auto minutes = parse_u64(text.substr(colon + 1));
  if (!hours || !minutes || *hours > 48 || *minutes > 59) return std::nullopt;
  return static_cast<int>(*hours * 60 + *minutes);
}

struct Span {
  int begin;
  int end;
};
std::optional<Span> span_of(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto begin = minutes_of(text.substr(0, dash));
  auto end = minutes_of(text.substr(dash + 1));
  if (!begin || !end || *begin >= day_minutes) return std::nullopt;
  if (*end <= *begin) *end += day_minutes;
  if (*end - *begin > day_minutes) return std::nullopt;
  return Span{*begin, *end};
}

}  // namespace

const ErrorRow& error_row(HoursErrc) {
  static constexpr ErrorRow row{"hours_invalid", "these are no opening hours", 400};
  return row;
}

OpeningHours OpeningHours::always() {
  OpeningHours out;
  out.text_ = "24/7";
  out.open_ = {{0, week_minutes}};
  return out;
}

Result<OpeningHours> OpeningHours::parse(std::string_view text) {
  if (text.size() > text_bytes_max) return hours_invalid(text);
  OpeningHours out;
  out.text_ = lower_case(trimmed(text));
  if (out.text_.empty()) return out;
  if (out.text_ == "24/7") return always();
  std::array<std::vector<Span>, days.size()> of_days;
  for (const std::string_view rule : split(out.text_, ';')) {
    const std::string_view part = trimmed(rule);
    // Days end where the first digit begins; without days it is every day.
    const std::size_t digit = part.find_first_of("0123456789");
    if (digit == std::string_view::npos) return hours_invalid(part);
    const auto wanted = digit == 0 ? 0x7FU : days_of(trimmed(part.substr(0, digit)));
    if (!wanted) return hours_invalid(part);
    std::vector<Span> spans;
    for (const std::string_view times : split(part.substr(digit), ',')) {
      const auto span = span_of(times);
      if (!span) return hours_invalid(part);
      spans.push_back(*span);
    }
    // As OpenStreetMap has it: a rule is instead of the earlier ones on the days that it names.
    for (std::size_t day = 0; day < of_days.size(); ++day) {
      if ((*wanted >> day & 1U) != 0) of_days[day] = spans;
    }
  }
  const auto add = [&out](int begin, int end) {
    out.open_.emplace_back(static_cast<std::uint16_t>(begin), static_cast<std::uint16_t>(end));
  };
  int midnight = 0;
  for (const std::vector<Span>& spans : of_days) {
    for (const Span& span : spans) {
      const int end = midnight + span.end;
      add(midnight + span.begin, std::min(end, week_minutes));
      if (end > week_minutes) add(0, end - week_minutes);
    }
    midnight += day_minutes;
  }
  return out;
}

bool OpeningHours::open_at(SystemTime moment, const TimeZone& zone) const {
  if (open_.empty()) return false;
  const auto seconds = std::chrono::floor<Seconds>(moment).time_since_epoch().count();
  constexpr std::int64_t week_seconds = std::int64_t{week_minutes} * 60;
  constexpr std::int64_t from_monday = 3LL * 24 * 3'600;  // 1970-01-01 was a Thursday
  const std::int64_t local = (zone.local(seconds) + from_monday) % week_seconds;
  const std::int64_t minute = (local + week_seconds) % week_seconds / 60;
  return std::ranges::any_of(
      open_, [&](const Minutes& one) { return one.first <= minute && minute < one.second; });
}

}  // namespace mainstay::charging
