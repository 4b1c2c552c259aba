#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace @{name}::@{app} {

enum class Errc : std::uint8_t { text_invalid = 1, unknown };
const mainstay::ErrorRow& error_row(Errc code);

struct Item {
  std::string id;  // 32 hexadecimal digits
  std::string text;
  mainstay::SystemTime made_at{};
};

inline constexpr std::size_t text_bytes_max = 2'000;

/// The item without blanks at its ends. Errc::text_invalid: empty, too long, or no UTF-8.
mainstay::Result<Item> make_item(std::string id, std::string_view text, mainstay::SystemTime now);

}  // namespace @{name}::@{app}
