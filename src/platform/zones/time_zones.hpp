#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/locked.hpp"
#include "base/time_zone.hpp"

namespace mainstay::zones {

/// The machine's IANA time zones (/usr/share/zoneinfo, package tzdata), each read when it is first
/// asked for and kept: as many as there are names, some hundreds. A newer tzdata is seen after a
/// restart. Any thread, but the first look at a zone reads a file: not an I/O thread.
class TimeZones {
 public:
  /// By its exact name ("Europe/Berlin"); null when there is none, and when the machine has no
  /// tzdata. Lives as long as this object.
  ///
  /// Summer time goes on by the newest known rule up to the year 2100; after it clocks stay.
  const TimeZone* find(std::string_view name);

 private:
  using Known = std::map<std::string, std::unique_ptr<const TimeZone>, std::less<>>;
  Locked<Known> known_;
};

}  // namespace mainstay::zones
