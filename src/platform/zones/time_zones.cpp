#include "platform/zones/time_zones.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <date/tz.h>
#include <exception>
#include <span>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace mainstay::zones {
namespace {

using std::chrono::days;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using Changes = std::vector<TimeZone::Change>;

constexpr std::size_t name_bytes_max = 64;
constexpr int listed_last = 2037;  // the files list every change up to here
constexpr int known_last = 2100;

/// What no time zone's name has, kept from the library's search for files; and the file that says
/// where this machine is.
bool is_plausible(std::string_view name) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '+' || c == '-';
  };
  return !name.empty() && name.size() <= name_bytes_max && std::ranges::all_of(name, is_part) &&
         name != "localtime" && name != "posixrules" && name != "Factory";
}

sys_days first_of_march(int of) { return sys_days{year{of} / month{3} / 1}; }

std::int64_t start_of(int of) {
  return Seconds{sys_days{year{of} / month{1} / 1}.time_since_epoch()}.count();
}

/// Of the last eleven listed years, the one whose weekdays from March on are those of `later`.
int year_like(int later) {
  int like = listed_last;
  while ((first_of_march(later) - first_of_march(like)) % days{7} != days{0}) --like;
  return like;
}

/// Where summer time is still kept in the last listed year, it goes on by that year's rule, which
/// names a weekday of a month; no place changes its clocks in January or February.
void continue_rules(Changes& changes) {
  if (changes.back().at < start_of(listed_last) || changes.back().at >= start_of(listed_last + 1)) {
    return;
  }
  const Changes listed = changes;
  for (int later = listed_last + 1; later <= known_last; ++later) {
    const int like = year_like(later);
    const Seconds shift = first_of_march(later) - first_of_march(like);
    for (const TimeZone::Change& change : listed) {
      if (change.at < start_of(like) || change.at >= start_of(like + 1)) continue;
      changes.push_back({change.at + shift.count(), change.offset});
    }
  }
}

Changes changes_of(const date::time_zone& zone) {
  Changes changes;
  const std::chrono::sys_seconds end{Seconds{start_of(known_last + 1)}};
  std::chrono::sys_seconds at{Seconds{0}};
  while (at < end) {
    const date::sys_info info = zone.get_info(at);
    const auto offset = static_cast<std::int32_t>(info.offset.count());
    if (changes.empty() || changes.back().offset != offset) {
      changes.push_back({at.time_since_epoch().count(), offset});
    }
    if (info.end <= at) break;
    at = info.end;
  }
  continue_rules(changes);
  return changes;
}

/// Null when the library knows none of that name: it says so by throwing.
std::unique_ptr<const TimeZone> read(std::string_view name) {
  try {
    const date::time_zone* found = date::locate_zone(std::string{name});
    return std::make_unique<const TimeZone>(std::string{name}, changes_of(*found));
  } catch (const std::exception&) {
    return nullptr;
  }
}

}  // namespace

const TimeZone* TimeZones::find(std::string_view name) {
  if (!is_plausible(name)) return nullptr;
  auto known = known_.lock();
  const auto found = known->find(name);
  if (found != known->end()) return found->second.get();
  auto zone = read(name);
  if (zone == nullptr) return nullptr;
  return known->emplace(std::string{name}, std::move(zone)).first->second.get();
}

}  // namespace mainstay::zones
