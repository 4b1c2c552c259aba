#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "base/result.hpp"
#include "platform/json/json.hpp"

namespace mainstay::toml_file {

enum class Errc : std::uint8_t { syntax = 1, too_large };
const ErrorRow& error_row(Errc code);

/// The parser calls itself for each dot of `[a.b.c]`: a longer text could end the process.
inline constexpr std::size_t bytes_max = 32U << 10U;

/// A TOML 1.0 document (https://toml.io/en/v1.0.0) as a JSON object: dates and times as their
/// texts. Errc::syntax with "NAME:LINE: what is wrong".
Result<json::Value> parse(std::string_view text, std::string_view name);

}  // namespace mainstay::toml_file
