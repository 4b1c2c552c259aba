#pragma once

#include <optional>
#include <string_view>

#include "apps/apim/domain/period.hpp"

namespace mainstay::apim {

/// A reported transaction's time: an integer is Unix seconds; else year, month, day with `-` or `/`
/// between them, an optional time `hh:mm[:ss[.f]]` behind a blank or `T`, an optional zone (`Z`,
/// `UTC`, `GMT`, `+hh:mm`, `-hhmm`, blank before it allowed; none means UTC). Nothing when it is
/// anything else: the caller takes now.
std::optional<UnixSeconds> parse_timestamp(std::string_view text);

}  // namespace mainstay::apim
