#pragma once

#include <array>
#include <cstddef>

#include "apps/apim/domain/period.hpp"
#include "base/time_zone.hpp"

namespace mainstay::apim {

/// The seven windows that hold one moment in a zone; null: UTC. Days, weeks (from Monday), months
/// and years are the zone's calendar's, so that a day has 23 hours or 25 when clocks change; a day
/// that clocks skip has no window. Hours are those of the clock on the wall, and where its offset
/// changes one ends and the next begins; with offsets of whole hours they are UTC's. Minutes and
/// eternity are UTC's. As in UTC, each period's windows follow each other without gap or overlap.
///
/// Where clocks go back across midnight, the new day begins at the first midnight.
Windows windows_at(UnixSeconds at, const TimeZone* zone);

/// windows_at() of now: remembers some zones' answers for the minute that they hold in. `zone` is
/// compared by its address. One thread.
class WindowsOfNow {
 public:
  const Windows& at(UnixSeconds now, const TimeZone* zone);

 private:
  struct Entry {
    const TimeZone* zone = nullptr;
    Windows windows{};  // of no moment at first
  };
  static constexpr std::size_t entry_count = 16;
  std::array<Entry, entry_count> entries_{};
};

}  // namespace mainstay::apim
