#include "platform/jobs/cron.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <span>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "platform/jobs/job.hpp"

namespace mainstay::jobs {
namespace {

constexpr std::size_t line_bytes_max = 256;
constexpr std::int64_t minute_seconds = 60;
constexpr std::int64_t day_seconds = 86'400;
constexpr std::int64_t end_of_time = 4'133'980'800;  // 2101-01-01
constexpr std::uint64_t every_hour = (std::uint64_t{1} << 24U) - 1;

constexpr std::array<std::string_view, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> weekday_names{"sun", "mon", "tue", "wed",
                                                        "thu", "fri", "sat"};

struct FieldRule {
  std::string_view name;
  std::uint64_t least;
  std::uint64_t most;
  std::span<const std::string_view> names = {};  // of least, least + 1, ...
};

Error refused(const FieldRule& rule, std::string_view part) {
  return {Errc::refused, "cron line: " + std::string{rule.name} + " is " +
                             std::to_string(rule.least) + " to " + std::to_string(rule.most) +
                             ", a range, a step or *, not \"" + std::string{part} + "\""};
}

std::optional<std::uint64_t> value_of(const FieldRule& rule, std::string_view text) {
  const auto named = std::ranges::find(rule.names, lower_case(text));
  if (named != rule.names.end()) {
    return rule.least + static_cast<std::uint64_t>(named - rule.names.begin());
  }
  const auto number = parse_u64(text);
  if (!number || *number < rule.least || *number > rule.most) return std::nullopt;
  return number;
}

/// One element of a list: *, a, a-b, each with /n.
Result<std::uint64_t> parse_part(const FieldRule& rule, std::string_view part) {
  const std::size_t slash = std::min(part.find('/'), part.size());
  const std::string_view range = part.substr(0, slash);
  const bool has_step = slash < part.size();
  std::uint64_t step = 1;
  if (has_step) {
    const auto parsed = parse_u64(part.substr(slash + 1));
    if (!parsed || *parsed < 1 || *parsed > rule.most) return refused(rule, part);
    step = *parsed;
  }
  std::uint64_t from = rule.least;
  std::uint64_t to = rule.most;
  if (range != "*") {
    const std::size_t dash = std::min(range.find('-'), range.size());
    const auto first = value_of(rule, range.substr(0, dash));
    if (!first) return refused(rule, part);
    from = *first;
    if (dash < range.size()) {
      const auto last = value_of(rule, range.substr(dash + 1));
      if (!last || *last < from) return refused(rule, part);
      to = *last;
    } else if (!has_step) {
      to = from;
    }
  }
  std::uint64_t bits = 0;
  for (std::uint64_t value = from; value <= to; value += step) bits |= std::uint64_t{1} << value;
  return bits;
}

Result<std::uint64_t> parse_field(const FieldRule& rule, std::string_view text) {
  std::uint64_t bits = 0;
  for (const std::string_view part : split(text, ',')) {
    MS_TRY(const auto more, parse_part(rule, part));
    bits |= more;
  }
  return bits;
}

std::string_view without_nickname(std::string_view line) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> nicknames{
      {{"@yearly", "0 0 1 1 *"},
       {"@annually", "0 0 1 1 *"},
       {"@monthly", "0 0 1 * *"},
       {"@weekly", "0 0 * * 0"},
       {"@daily", "0 0 * * *"},
       {"@midnight", "0 0 * * *"},
       {"@hourly", "0 * * * *"}}};
  for (const auto& [nickname, meaning] : nicknames) {
    if (line == nickname) return meaning;
  }
  return line;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t begin = line.find_first_not_of(" \t", at);
    if (begin == line.npos) break;
    at = std::min(line.find_first_of(" \t", begin), line.size());
    words.push_back(line.substr(begin, at - begin));
  }
  return words;
}

bool has(std::uint64_t bits, std::uint64_t value) { return ((bits >> value) & 1U) != 0; }

std::int64_t floor_to(std::int64_t value, std::int64_t unit) {
  const std::int64_t rest = value % unit;
  return value - (rest < 0 ? rest + unit : rest);
}

}  // namespace

Result<Cron> Cron::parse(std::string_view line) {
  line = trimmed(line);
  if (line.size() > line_bytes_max)
    return Error{Errc::refused, "a cron line has at most 256 bytes"};
  const auto words = words_of(without_nickname(line));
  if (words.size() != 5) {
    return Error{Errc::refused,
                 "a cron line has five fields, minute hour day month weekday, or is @yearly, "
                 "@monthly, @weekly, @daily or @hourly"};
  }
  Cron cron;
  MS_TRY(cron.minutes_, parse_field({"minute", 0, 59}, words[0]));
  MS_TRY(cron.hours_, parse_field({"hour", 0, 23}, words[1]));
  MS_TRY(cron.days_, parse_field({"day of the month", 1, 31}, words[2]));
  MS_TRY(cron.months_, parse_field({"month", 1, 12, month_names}, words[3]));
  MS_TRY(cron.weekdays_, parse_field({"day of the week", 0, 7, weekday_names}, words[4]));
  if (has(cron.weekdays_, 7)) cron.weekdays_ |= 1U;
  cron.either_day_ = !words[2].starts_with('*') && !words[4].starts_with('*');
  // Eight years and a day hold a 29th of February, also around 2100.
  if (!cron.next_local(0)) {
    return Error{Errc::refused, "cron line: no year has such a day: " + std::string{line}};
  }
  return cron;
}

bool Cron::matches_day(std::int64_t day) const {
  const std::chrono::sys_days point{std::chrono::days{day}};
  const std::chrono::year_month_day date{point};
  if (!has(months_, static_cast<unsigned>(date.month()))) return false;
  const bool by_date = has(days_, static_cast<unsigned>(date.day()));
  const bool by_weekday = has(weekdays_, std::chrono::weekday{point}.c_encoding());
  return either_day_ ? by_date || by_weekday : by_date && by_weekday;
}

bool Cron::matches(std::int64_t local) const {
  const std::int64_t midnight = floor_to(local, day_seconds);
  const auto minute = static_cast<std::uint64_t>((local - midnight) / minute_seconds);
  return has(minutes_, minute % 60) && has(hours_, minute / 60) &&
         matches_day(midnight / day_seconds);
}

/// The first matching minute of local time after a local time.
std::optional<std::int64_t> Cron::next_local(std::int64_t after) const {
  const std::int64_t from = floor_to(after, minute_seconds) + minute_seconds;
  auto minute = static_cast<std::uint64_t>((from - floor_to(from, day_seconds)) / minute_seconds);
  for (std::int64_t day = floor_to(from, day_seconds) / day_seconds;
       day * day_seconds < end_of_time; ++day, minute = 0) {
    if (!matches_day(day)) continue;
    for (std::uint64_t hour = minute / 60; hour < 24; ++hour, minute = hour * 60) {
      if (!has(hours_, hour)) continue;
      const std::uint64_t left = minutes_ >> (minute % 60);
      if (left == 0) continue;
      minute += static_cast<std::uint64_t>(std::countr_zero(left));
      return day * day_seconds + static_cast<std::int64_t>(minute) * minute_seconds;
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> Cron::next(const TimeZone& zone, std::int64_t after) const {
  if (hours_ != every_hour) {
    auto local = next_local(zone.local(after));
    // Clocks that were set back show again what they have shown.
    while (local && zone.first_moment(*local) <= after) local = next_local(*local);
    if (!local) return std::nullopt;
    return zone.first_moment(*local);
  }
  auto stretch = zone.stretch_at(after);
  std::int64_t shown = after + stretch.offset;
  for (;;) {
    const auto local = next_local(shown);
    if (!local) return std::nullopt;
    if (*local - stretch.offset < stretch.end) return *local - stretch.offset;
    const std::int64_t begin = stretch.end;
    stretch = zone.stretch_at(begin);
    shown = begin + stretch.offset - 1;
  }
}

std::optional<std::int64_t> Cron::newest(const TimeZone& zone, std::int64_t after,
                                         std::int64_t now) const {
  // Looks back in steps, so that a program that was down for a year does not count its minutes.
  constexpr std::array<std::int64_t, 4> looks{3'600, day_seconds, 32 * day_seconds,
                                              366 * day_seconds};
  for (std::size_t i = 0; i <= looks.size(); ++i) {
    const std::int64_t from = i < looks.size() ? std::max(after, now - looks[i]) : after;
    auto found = next(zone, from);
    if (found && *found <= now) {
      for (auto later = found; later && *later <= now; later = next(zone, *later)) found = later;
      return found;
    }
    if (from == after) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace mainstay::jobs
