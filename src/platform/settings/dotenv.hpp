#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace mainstay::settings {

/// A line `NAME=value` of a file that holds nothing else.
struct NamedValue {
  std::string name;
  std::string value;
  std::uint32_t line = 0;  // where it begins, from 1
  std::size_t begin = 0;   // of the text: its lines, the last line end included
  std::size_t end = 0;
};

/// The grammar of `.env` and of the files that `mainstay secrets edit` makes:
///
///     # a comment
///     NAME=text up to the end of the line   # or to a blank and '#'
///     export OTHER="escapes \n \r \t \" \\ \$; may go over several lines"
///     THIRD='everything literal; may go over several lines'
///
/// Blanks around names, '=' and unquoted values do not count. Nothing is expanded or run: `$` means
/// itself. Names are letters, digits, '_', '.' and '-', and begin with a letter or '_'; one that
/// comes twice, a NUL and more than 1,000 values are refused (Errc::bad_file, `where:line: why`;
/// the text itself is not told, since it may be secret).
Result<std::vector<NamedValue>> parse_dotenv(std::string_view text, std::string_view where);

/// The text with another value of that name, in its place or behind all others; comments stay.
Result<std::string> with_value(std::string_view text, std::string_view name,
                               std::string_view value);

}  // namespace mainstay::settings
