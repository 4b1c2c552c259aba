#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "apps/apim/inbound/http/usage_query.hpp"
#include "apps/apim/usage_reader.hpp"

namespace mainstay::apim {

/// Whose usage an answer shows, and how.
struct UsageHead {
  std::string service_id;
  std::string application_id;  // empty: the whole service's
  std::string metric_id;       // empty: of a response code
  std::string path;            // of the request, for the next page's
  UsageQuery query;
  const TimeZone* zone = nullptr;  // null: UTC
};

/// A page of usage as text, ready to be sent.
struct UsageAnswer {
  bool csv = false;
  std::string body;
  std::string file_name;  // of a CSV
  std::string next;       // path and query of the next page; empty: there is none
};

/// JSON or CSV (RFC 4180) as the query has it. Cells of a CSV that a spreadsheet would take for a
/// formula begin with an apostrophe.
UsageAnswer usage_answer(const UsageHead& head, const UsageSeries& series);
/// `top` holds one application more than the page shows, when there are more.
UsageAnswer usage_answer(const UsageHead& head, const UsageTop& top);

/// Appends one cell, quoted where it must be and harmless to spreadsheets.
void append_csv_cell(std::string& out, std::string_view text);

}  // namespace mainstay::apim
