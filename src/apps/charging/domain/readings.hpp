#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/charging/domain/ocpp_messages.hpp"
#include "apps/charging/fundamental.hpp"
#include "base/clock.hpp"

namespace mainstay::charging {

/// A message's meter values as they are stored, one text a message, and what the network itself
/// wants to know of them.
struct Readings {
  std::string text{};
  SystemTime first{};                          // of the earliest value
  SystemTime newest{};                         // of the latest one, which the numbers below are of
  std::optional<WattHours> energy_register{};  // imported, active, of all phases
  std::optional<Watts> power_import{};
  std::optional<DeciAmperes> current_import{};  // of the phase that has the most
  std::optional<int> state_of_charge{};         // percent
};

/// The text of the values: a line each, `microseconds since 1970` and then its samples, each behind
/// a tab: the value with `\`, tab and newline escaped, and behind the first six `;` what else it
/// says, as the numbers of the enumerations (empty: not said).
Readings make_readings(std::span<const ocpp::MeterValue> values);

/// What make_readings() wrote. Lines that it did not write are left out.
std::vector<ocpp::MeterValue> parse_readings(std::string_view text);

/// A decimal number ("12.5", "1e3" is none) times `scale`, rounded towards zero; nothing when it is
/// none or beyond int64.
std::optional<std::int64_t> scaled_decimal(std::string_view text, std::int64_t scale);

}  // namespace mainstay::charging
