#include "platform/auth/utc_text.hpp"

#include <chrono>
#include <cstdio>

namespace mainstay::auth {

std::string utc_text(SystemTime at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<Seconds>(at - day)};
  char out[64];
  const int size = std::snprintf(
      out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02dZ", int{date.year()}, unsigned{date.month()},
      unsigned{date.day()}, static_cast<int>(time.hours().count()),
      static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return {out, static_cast<std::size_t>(size)};
}

}  // namespace mainstay::auth
