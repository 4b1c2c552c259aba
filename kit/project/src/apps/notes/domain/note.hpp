#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace @{name}::notes {

enum class Errc : std::uint8_t { text_invalid = 1, unknown };
const mainstay::ErrorRow& error_row(Errc code);

struct Note {
  std::string id;  // 32 hexadecimal digits
  std::string text;
  mainstay::SystemTime made_at{};
  std::optional<std::int64_t> words = {};  // counted by a job, a moment later
};

inline constexpr std::size_t text_bytes_max = 2'000;

/// The note without blanks at its ends. Errc::text_invalid: empty, too long, or no UTF-8.
mainstay::Result<Note> make_note(std::string id, std::string_view text, mainstay::SystemTime now);

/// What stands between blanks.
std::int64_t count_words(std::string_view text);

}  // namespace @{name}::notes
