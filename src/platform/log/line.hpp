#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "platform/log/log.hpp"

namespace mainstay::log {

/// Longer text values are cut here (at a character) and end in "...".
inline constexpr std::size_t value_bytes_max = 4096;
/// The same for a whole raw line.
inline constexpr std::size_t raw_line_bytes_max = 65'536;

/// One event as one line, `\n` included. Text: `TIME LEVEL EVENT key=value key="quoted value"`;
/// JSON: an object with `time`, `level`, `event` and the fields. Control characters, quotes and
/// bytes that are not UTF-8 are escaped.
std::string render(Format format, SystemTime at, Level level, std::string_view event,
                   std::span<const Field> fields);

/// `line` with control characters as \u00XX, cut to its limit, `\n` at its end.
std::string render_raw(std::string_view line);

/// RFC 3339, UTC, microseconds: 2024-05-01T12:00:00.000001Z.
void append_time(std::string& out, SystemTime at);

}  // namespace mainstay::log
