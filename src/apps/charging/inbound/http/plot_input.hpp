#pragma once

#include <string_view>

#include "apps/charging/domain/plots/plot.hpp"
#include "apps/charging/domain/plots/plot_note.hpp"
#include "base/result.hpp"

namespace mainstay::charging {

inline constexpr std::size_t plot_body_bytes_max = 256U << 10U;

/// The members of a JSON object over those of `plot`: what is not there stays. `connectors` is one
/// list that replaces the other. Whose it is and where it came from cannot be said here.
Result<> apply_members(std::string_view json, Plot& plot);
/// That a new plot is said to have a name and a place.
Result<> require_members(std::string_view json);

/// {"text", "rating"}
Result<PlotNote> read_comment(std::string_view json);
/// {"worked", "text"}
Result<PlotNote> read_check_in(std::string_view json);
/// {"url", "text"}
Result<PlotNote> read_photo(std::string_view json);
/// {"changes": {...}, "text"}: tried on `plot`, so that it could be accepted as it is.
Result<PlotNote> read_edit(std::string_view json, const Plot& plot);

}  // namespace mainstay::charging
