#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "apps/apim/domain/period.hpp"
#include "base/time_zone.hpp"

namespace mainstay::apim {

/// A moment as people and programs write it; nothing when it is anything else:
/// - Unix seconds, digits alone
/// - an RFC 3339 date ("2026-11-21"): its midnight in `zone`
/// - a date and time ("2026-11-21T10:00[:00[.5]]", a blank for the T allowed): local in `zone`
/// - that with its own offset (`Z`, `+01:00`; or the blank that a query makes of a plus)
/// A local time that comes twice is the first, one that clocks skip is the moment of the skip.
/// Fractions are cut. Zone null: UTC. Years are of four digits, so from 0000 to 9999.
std::optional<UnixSeconds> parse_moment(std::string_view text, const TimeZone* zone);

/// "2026-11-21T02:19:00+01:00"; with zone null, and before 1970 there, "2026-11-21T01:19:00Z".
void append_local_time(std::string& out, UnixSeconds at, const TimeZone* zone);

}  // namespace mainstay::apim
