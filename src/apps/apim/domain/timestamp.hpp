#pragma once

#include <optional>
#include <string_view>

#include "apps/apim/domain/period.hpp"

namespace mainstay::apim {

/// A reported transaction's time: an integer is Unix seconds, saturated; else a date
/// (`2026-11-21`, `2026/11/21`, `20261121`, `21 Nov 2026`, `Sat, 21 Nov 2026`, `November 21,
/// 2026`), an optional time `hh:mm[:ss[.f]]` or `hhmm[ss]` behind a blank or `T`, an optional zone
/// (`Z`, `UTC`, `+hh:mm`, `-hhmm`, `-h`, RFC 5322's names; none means UTC). Nothing when it is
/// anything else: the caller takes now.
std::optional<UnixSeconds> parse_timestamp(std::string_view text);

}  // namespace mainstay::apim
