#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/charging/domain/plots/plot.hpp"
#include "apps/charging/domain/plots/plot_query.hpp"

namespace mainstay::charging {

/// A plot as an object of JSON without its end: made when the plot changes, so that an answer
/// copies it. Gaps are left for what stations tell; where no offer is a station's there are none.
struct PlotText {
  static constexpr std::uint32_t counts = UINT32_MAX;
  struct Gap {
    std::uint32_t at = 0;     // so far into the text
    std::uint32_t offer = 0;  // whose state belongs there; or `counts`, of all states
  };

  std::string text;
  std::vector<Gap> gaps;
};
PlotText plot_text(const Plot& plot, const Rating& rating, std::uint32_t fields = all_fields);

/// `{"available":1,"occupied":0,"out_of_order":0,"unknown":0}`
void append_counts(std::string& out, const StateCounts& counts);

/// One cell of CSV (RFC 4180), and what spreadsheets would take for a formula as text.
void append_csv_cell(std::string& out, std::string_view text);

}  // namespace mainstay::charging
