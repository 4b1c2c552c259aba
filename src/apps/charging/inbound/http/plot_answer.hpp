#pragma once

#include <string>

#include "apps/charging/domain/plots/plot_note.hpp"
#include "apps/charging/domain/plots/plot_table.hpp"
#include "platform/http/response.hpp"
#include "platform/json/json.hpp"

namespace mainstay::charging {

/// A plot as an object of JSON, with its live part.
void append_row(std::string& out, const PlotHit& hit, std::uint32_t fields);
/// All that is known of it: with its description.
void append_details(std::string& out, const PlotRow& row);
/// `{"plot":1,"availability":{...},"connectors":[{"number":1,"state":"available"}]}`
void append_availability(std::string& out, const PlotRow& row);
/// In the query's format, with the cursor of what comes behind it.
void answer_page(http::Response& response, const PlotQuery& query, const PlotPage& page);

json::Object note_json(const PlotNote& note);

}  // namespace mainstay::charging
