#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mainstay::charging::ocpp {

/// What the firmware of a model is forgiven; by default nothing is.
struct Tolerance {
  bool unknown_values = false;      // an enumeration's: taken for "other" or "unknown"
  bool missing_timestamps = false;  // taken for the time of receipt
  bool unknown_fields = false;      // left out
  bool numbers_for_texts = false;   // a number where a text belongs: {"value": 230.1}
  bool texts_for_numbers = false;   // {"connectorId": "1"}
  bool repeated_ids = false;        // message ids that come again on a connection
  bool long_texts = false;          // cut to what is admitted

  friend bool operator==(const Tolerance&, const Tolerance&) = default;
};

/// A line of the table: applies to models whose vendor and model begin so, whatever their case.
struct ToleranceRow {
  std::string vendor;
  std::string model;  // empty: any
  Tolerance tolerance;
};

/// Which firmware is forgiven what: our own table, and rows of an operator's before it.
class ToleranceTable {
 public:
  ToleranceTable() = default;
  explicit ToleranceTable(std::vector<ToleranceRow> rows) : rows_(std::move(rows)) {}

  /// Of all rows that apply, together.
  [[nodiscard]] Tolerance of(std::string_view vendor, std::string_view model) const;

 private:
  std::vector<ToleranceRow> rows_;
};

/// "ACME/Wall 2: unknown_values missing_timestamps": what an operator writes. None when it cannot
/// be understood; the names are those of Tolerance's members.
std::optional<ToleranceRow> parse_tolerance_row(std::string_view line);

}  // namespace mainstay::charging::ocpp
