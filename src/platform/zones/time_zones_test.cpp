#include "platform/zones/time_zones.hpp"

#include <chrono>
#include <cstdint>
#include <string>

#include <doctest/doctest.h>

#include "base/clock.hpp"

namespace mainstay::zones::time_zones_test {
namespace {

std::int64_t utc(int y, unsigned m, unsigned d, int hour, int minute = 0) {
  using std::chrono::sys_days, std::chrono::year, std::chrono::month;
  const Seconds date = sys_days{year{y} / month{m} / static_cast<int>(d)}.time_since_epoch();
  return date.count() + hour * 3'600 + minute * 60;
}

/// "before>after", in minutes ahead of UTC, of the change at that moment.
std::string change_at(const TimeZone& zone, std::int64_t moment) {
  const auto minutes = [&](std::int64_t at) { return std::to_string((zone.local(at) - at) / 60); };
  return minutes(moment - 1) + ">" + minutes(moment);
}

}  // namespace

TEST_CASE("time zones: known ones, with the changes of their clocks") {
  TimeZones zones;
  const auto change = [&](std::string_view name, std::int64_t at) {
    const TimeZone* zone = zones.find(name);
    REQUIRE(zone != nullptr);
    CHECK(zone->name() == name);
    return change_at(*zone, at);
  };
  CHECK(change("Europe/Berlin", utc(2026, 3, 29, 1)) == "60>120");
  CHECK(change("Europe/Berlin", utc(2026, 10, 25, 1)) == "120>60");
  CHECK(change("America/New_York", utc(2026, 3, 8, 7)) == "-300>-240");
  CHECK(change("America/New_York", utc(2026, 11, 1, 6)) == "-240>-300");
  CHECK(change("Asia/Kolkata", utc(2026, 7, 1, 0)) == "330>330");
  CHECK(change("Australia/Lord_Howe", utc(2026, 4, 4, 15)) == "660>630");
  CHECK(change("Australia/Lord_Howe", utc(2026, 10, 3, 15, 30)) == "630>660");
  CHECK(change("Pacific/Apia", utc(2011, 12, 30, 10)) == "-600>840");
  CHECK(change("UTC", utc(2026, 7, 1, 0)) == "0>0");
  // Ramadan: an hour back in the middle of what others call spring.
  CHECK(change("Africa/Casablanca", utc(2026, 2, 15, 2)) == "60>0");
  CHECK(change("Africa/Casablanca", utc(2026, 3, 22, 2)) == "0>60");
}

TEST_CASE("time zones: beyond the listed years, summer time by the same rule") {
  TimeZones zones;
  const auto change = [&](std::string_view name, std::int64_t at) {
    return change_at(*zones.find(name), at);
  };
  CHECK(change("Europe/Berlin", 2'153'350'800) == "60>120");  // 2038
  CHECK(change("Europe/Berlin", 2'172'099'600) == "120>60");
  CHECK(change("Europe/Berlin", utc(2040, 3, 25, 1)) == "60>120");  // a leap year
  CHECK(change("Europe/Berlin", utc(2099, 3, 29, 1)) == "60>120");
  CHECK(change("Europe/Berlin", utc(2100, 10, 31, 1)) == "120>60");
  CHECK(change("America/New_York", 2'183'612'400) == "-300>-240");
  CHECK(change("Australia/Lord_Howe", 2'185'369'200) == "660>630");
  CHECK(change("Europe/Dublin", 2'203'549'200) == "60>0");
}

TEST_CASE("time zones: asked again, the same one; unknown and hostile names, none") {
  TimeZones zones;
  CHECK(zones.find("Europe/Berlin") == zones.find("Europe/Berlin"));
  for (const char* name :
       {"", "Europe", "Europe/berlin", "Mars/Olympus", "../../etc/passwd", "/etc/localtime",
        "localtime", "Europe/Berlin\n", "posix/Europe/Berlin", "tzdata.zi", "+01:00"}) {
    CAPTURE(name);
    CHECK(zones.find(name) == nullptr);
  }
  CHECK(zones.find(std::string(10'000, 'A')) == nullptr);
  CHECK(zones.find(std::string_view{"UTC\0x", 5}) == nullptr);
}

}  // namespace mainstay::zones::time_zones_test
