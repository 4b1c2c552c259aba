#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mainstay {

/// Without blanks (space, \t, \n, \v, \f, \r) at both ends; a view into the argument.
std::string_view trimmed(std::string_view text);

/// Parts between separators, empty ones included; "" gives one empty part. Views into the argument.
std::vector<std::string_view> split(std::string_view text, char separator);

/// ASCII case-insensitive equality, for header names and tokens.
bool equals_ignoring_case(std::string_view a, std::string_view b);

std::string lower_case(std::string_view text);

/// Well-formed UTF-8: no overlong forms, no surrogates, at most U+10FFFF.
bool is_valid_utf8(std::string_view text);

/// With every byte that is no part of well-formed UTF-8 replaced by U+FFFD.
std::string repaired_utf8(std::string_view text);

/// Digits only (no sign, no blanks), nothing left over, no overflow.
std::optional<std::uint64_t> parse_u64(std::string_view text);
/// As parse_u64, with an optional leading minus.
std::optional<std::int64_t> parse_i64(std::string_view text);

void append_number(std::string& out, std::int64_t value);

/// RFC 4648 section 4; nothing on any character outside the alphabet or a wrong length.
std::optional<std::string> base64_decode(std::string_view text);
/// RFC 4648 section 5 (`-` and `_`), padding optional.
std::optional<std::string> base64url_decode(std::string_view text);
std::string base64_encode(std::string_view bytes);

/// Two lower-case hexadecimal digits a byte.
std::string hexadecimal(std::string_view bytes);

/// Replaces %XX; nothing when a % is not followed by two hexadecimal digits. `plus_is_blank` for
/// queries and forms.
enum class Plus : std::uint8_t { literal, blank };
std::optional<std::string> percent_decode(std::string_view text, Plus plus);

/// Every byte but RFC 3986's unreserved ones as %XX.
std::string percent_encode(std::string_view text);

/// Compares without telling by its duration where the difference is. Lengths may show.
bool equals_in_constant_time(std::string_view a, std::string_view b);

/// `***` and the last four characters; `***` alone up to eight characters. For logs and stored
/// errors.
std::string masked(std::string_view credential);

/// Appends a quoted JSON string (RFC 8259): quotes, backslashes and control characters escaped,
/// bytes that are no UTF-8 replaced as repaired_utf8() does.
void append_json_quoted(std::string& out, std::string_view text);

/// Lets maps keyed by std::string be searched with a string_view.
struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>{}(text);
  }
};

}  // namespace mainstay
