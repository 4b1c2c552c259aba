#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay {
class TimeZone;
}

namespace mainstay::charging {

enum class HoursErrc : std::uint8_t { hours_invalid = 1 };
const ErrorRow& error_row(HoursErrc code);

/// When a place is open, week by week, on its own clock. Written as OpenStreetMap's opening_hours
/// write the common cases: "24/7", or "mo-fr 07:00-22:00; sa,su 09:00-26:00", where times may be
/// several ("08:00-12:00,13:00-18:00") and an end before its beginning, or beyond 24:00, is of the
/// next day. A rule behind a `;` is instead of the earlier ones on its days. Unknown by default.
class OpeningHours {
 public:
  static constexpr std::size_t text_bytes_max = 500;
  static Result<OpeningHours> parse(std::string_view text);
  static OpeningHours always();

  [[nodiscard]] bool known() const { return !open_.empty(); }
  /// As it was written, in lower case; empty when unknown.
  [[nodiscard]] const std::string& text() const { return text_; }
  /// False when unknown.
  [[nodiscard]] bool open_at(SystemTime moment, const TimeZone& zone) const;

 private:
  using Minutes =
      std::pair<std::uint16_t, std::uint16_t>;  // of the week from Monday: [first, second)
  std::string text_;
  std::vector<Minutes> open_;
};

}  // namespace mainstay::charging
