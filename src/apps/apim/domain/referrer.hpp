#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace mainstay::apim {

/// How a filter must match: the whole referrer, or (a legacy setting) any part of it.
enum class ReferrerMatch : std::uint8_t { whole, anywhere };

/// Literal text in which `*` stands for any run of characters. Time is linear in both lengths.
bool referrer_matches(std::string_view filter, std::string_view referrer, ReferrerMatch match);

/// Whether any filter lets the referrer in. The referrer `*` passes always, one of more than
/// Limits::referrer_bytes_max never.
bool referrer_allowed(std::span<const std::string> filters, std::string_view referrer,
                      ReferrerMatch match);

}  // namespace mainstay::apim
