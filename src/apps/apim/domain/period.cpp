#include "apps/apim/domain/period.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>

namespace mainstay::apim {
namespace {

using namespace std::string_view_literals;  // append(const char*) measures its literal each time

constexpr std::array<std::string_view, period_count> names{"minute", "hour", "day",     "week",
                                                           "month",  "year", "eternity"};

constexpr UnixSeconds minute = 60;
constexpr UnixSeconds hour = 60 * minute;
constexpr UnixSeconds day_seconds = 24 * hour;
constexpr UnixSeconds eternity_end = 253402214400;  // 9999-12-31 00:00:00

UnixSeconds start_of(std::chrono::year_month_day date) {
  return std::chrono::sys_days{date}.time_since_epoch().count() * day_seconds;
}

char* put_digits(char* to, unsigned value, unsigned width) {
  for (unsigned i = width; i-- > 0; value /= 10) to[i] = static_cast<char>('0' + value % 10);
  return to + width;
}

/// "YYYY-MM-DD hh:mm:ss", put together beside the text: a series has many.
void append_date_time(std::string& out, UnixSeconds at) {
  const auto days = std::chrono::sys_days{std::chrono::days{at / day_seconds}};
  const std::chrono::year_month_day date{days};
  const auto rest = static_cast<unsigned>(at % day_seconds);
  char text[] = "YYYY-MM-DD hh:mm:ss";
  char* to = put_digits(text, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  to = put_digits(to + 1, static_cast<unsigned>(date.month()), 2);
  to = put_digits(to + 1, static_cast<unsigned>(date.day()), 2);
  to = put_digits(to + 1, rest / 3600, 2);
  to = put_digits(to + 1, rest / 60 % 60, 2);
  put_digits(to + 1, rest % 60, 2);
  out.append(text, sizeof text - 1);
}

}  // namespace

std::string_view to_text(Period period) { return names[index(period)]; }

std::optional<Period> parse_period(std::string_view text) {
  const auto found = std::ranges::find(names, text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Period>(found - names.begin());
}

Windows windows_at(UnixSeconds at) {
  at = std::clamp<UnixSeconds>(at, 0, eternity_end - 1);
  using std::chrono::months;
  const auto today = at / day_seconds;
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{today}}};
  const auto month = date.year() / date.month();
  const auto monday = (today - (today + 3) % 7) * day_seconds;  // 1970-01-01 was a Thursday
  const auto year = date.year();

  Windows out;
  out[index(Period::minute)] = {at - at % minute, at - at % minute + minute};
  out[index(Period::hour)] = {at - at % hour, at - at % hour + hour};
  out[index(Period::day)] = {today * day_seconds, (today + 1) * day_seconds};
  out[index(Period::week)] = {monday, monday + 7 * day_seconds};
  out[index(Period::month)] = {start_of(month / 1), start_of((month + months{1}) / 1)};
  out[index(Period::year)] = {start_of(year / 1 / 1),
                              start_of((year + std::chrono::years{1}) / 1 / 1)};
  out[index(Period::eternity)] = {0, eternity_end};
  return out;
}

void append_time(std::string& out, UnixSeconds at) {
  append_date_time(out, at);
  out.append(" +0000"sv);
}

std::string utc_text(UnixSeconds at) {
  std::string out;
  append_date_time(out, at);
  out.append(" UTC"sv);
  return out;
}

}  // namespace mainstay::apim
