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
  bool lone_for_lists = false;      // {"meterValue": {...}}: a list of one
  bool empty_lists = false;         // or missing, where at least one element must be

  friend bool operator==(const Tolerance&, const Tolerance&) = default;
};

inline constexpr Tolerance all_tolerance{true, true, true, true, true, true, true, true, true};

/// Whose firmware it is, as a BootNotification says.
struct FirmwareName {
  std::string_view vendor = {};
  std::string_view model = {};
  std::string_view firmware = {};
};

/// A line of our own table: firmware of which people have reported what it does wrong. Applies
/// where vendor, model and firmware begin so, whatever their case; empty: any.
struct KnownFirmware {
  FirmwareName name;
  Tolerance tolerance;
  std::string_view report;  // where it was reported: a GitHub repository and its issue
};
std::span<const KnownFirmware> known_firmware();

/// An operator's line, applied likewise.
struct ToleranceRow {
  std::string vendor = {};
  std::string model = {};
  std::string firmware = {};
  Tolerance tolerance = {};
  bool is_strict = false;  // nothing of our own table for these
};

/// Which firmware is forgiven what: our own table and an operator's rows, together.
class ToleranceTable {
 public:
  ToleranceTable() = default;
  explicit ToleranceTable(std::vector<ToleranceRow> rows) : rows_(std::move(rows)) {}

  /// Of all rows that apply, together.
  [[nodiscard]] Tolerance of(const FirmwareName& name) const;

 private:
  std::vector<ToleranceRow> rows_;
};

/// "ACME/Wall 2/1.4: unknown_values missing_timestamps": what an operator writes; model and
/// firmware may be left out, `*` is any vendor. None when it cannot be understood; the words are
/// the names of Tolerance's members, or `strict`.
std::optional<ToleranceRow> parse_tolerance_row(std::string_view line);

/// The same words, with blanks between them.
std::string to_text(const Tolerance& tolerance);

}  // namespace mainstay::charging::ocpp
