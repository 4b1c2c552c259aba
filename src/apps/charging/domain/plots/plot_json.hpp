#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/charging/domain/plots/plot.hpp"
#include "apps/charging/domain/plots/plot_query.hpp"

namespace mainstay::charging {

/// A plot as JSON text with gaps where its live part goes: made when it changes, so that an answer
/// copies it.
struct PlotText {
  /// `"id":1,"name":...` without braces; nothing of connectors.
  std::string fixed;
  /// Of each offer `{"number":1,...,"state":"`, one behind the other, and where each ends.
  std::string offers;
  std::vector<std::uint32_t> offer_ends;
};
PlotText plot_text(const Plot& plot, const Rating& rating, std::uint32_t fields = all_fields);

/// `{"available":1,"occupied":0,"out_of_order":0,"unknown":0}`
void append_counts(std::string& out, const StateCounts& counts);

/// One cell of CSV (RFC 4180), and what spreadsheets would take for a formula as text.
void append_csv_cell(std::string& out, std::string_view text);

}  // namespace mainstay::charging
