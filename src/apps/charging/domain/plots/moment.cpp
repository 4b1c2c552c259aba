#include "apps/charging/domain/plots/moment.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace mainstay::charging {
namespace {

/// Digits of a text that has them, behind an optional sign of its own; moves on.
std::optional<int> digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool skip(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<Seconds> two_parts(std::string_view& text) {
  const auto hours = digits(text, 2);
  if (!hours || *hours > 23 || !skip(text, ':')) return std::nullopt;
  const auto minutes = digits(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  return Seconds{*hours * 3'600 + *minutes * 60};
}

/// "18:30:00.5+01:00" as what it is behind midnight UTC.
std::optional<Seconds> time_of_day(std::string_view text) {
  auto time = two_parts(text);
  if (!time || !skip(text, ':')) return std::nullopt;
  const auto seconds = digits(text, 2);
  if (!seconds || *seconds > 60) return std::nullopt;
  *time += Seconds{std::min(*seconds, 59)};
  if (skip(text, '.')) {
    if (!digits(text, 1)) return std::nullopt;
    while (digits(text, 1)) {
    }
  }
  if (text == "Z" || text == "z") return time;
  const bool west = text.starts_with('-');
  if (!skip(text, '-') && !skip(text, '+')) return std::nullopt;
  const auto offset = two_parts(text);
  if (!offset || !text.empty()) return std::nullopt;
  return west ? *time + *offset : *time - *offset;
}

void append_two(std::string& out, unsigned value) {
  out.push_back(static_cast<char>('0' + value / 10 % 10));
  out.push_back(static_cast<char>('0' + value % 10));
}

}  // namespace

std::optional<SystemTime> parse_moment(std::string_view text) {
  const auto year = digits(text, 4);
  if (!year || !skip(text, '-')) return std::nullopt;
  const auto month = digits(text, 2);
  if (!month || !skip(text, '-')) return std::nullopt;
  const auto day = digits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  const SystemTime midnight{std::chrono::sys_days{date}};
  if (text.empty()) return midnight;
  if (!skip(text, 'T') && !skip(text, 't') && !skip(text, ' ')) return std::nullopt;
  const auto time = time_of_day(text);
  if (!time) return std::nullopt;
  return midnight + *time;
}

void append_moment(std::string& out, SystemTime at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<Seconds>(at - day)};
  const auto year = static_cast<unsigned>(std::clamp(int{date.year()}, 0, 9'999));
  append_two(out, year / 100);
  append_two(out, year % 100);
  out.push_back('-');
  append_two(out, unsigned{date.month()});
  out.push_back('-');
  append_two(out, unsigned{date.day()});
  out.push_back('T');
  append_two(out, static_cast<unsigned>(time.hours().count()));
  out.push_back(':');
  append_two(out, static_cast<unsigned>(time.minutes().count()));
  out.push_back(':');
  append_two(out, static_cast<unsigned>(time.seconds().count()));
  out.push_back('Z');
}

}  // namespace mainstay::charging
