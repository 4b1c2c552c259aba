#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/charging/domain/money/currency.hpp"
#include "apps/charging/fundamental.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::charging {

// What OCPI 2.2.1 (module Tariffs) says a charge costs. Numbers of OCPI have four decimals: prices
// and percentages are whole ten-thousandths here.

enum class Dimension : std::uint8_t { energy, flat, parking_time, time };
std::string_view to_text(Dimension dimension);  // ENERGY, FLAT, PARKING_TIME, TIME

/// Of one currency unit, a kWh or an hour, without VAT.
using Price = Strong<struct PriceTag, std::int64_t>;
/// Percent. No VAT at all is another thing than 0 %: hence optional where it is used.
using VatRate = Strong<struct VatRateTag, std::int32_t>;

struct PriceComponent {
  Dimension dimension = Dimension::energy;
  Price price{};
  std::optional<VatRate> vat{};
  std::uint32_t step_size = 1;  // Wh, or seconds; 0 as 1
};

/// Which costs an element tells of: a session's, a reservation's, or those of a reservation that
/// nobody came for.
enum class ReservationRule : std::uint8_t { none, reservation, expires };

/// When an element holds. Lower bounds belong to the range, upper ones do not.
struct Restrictions {
  std::optional<std::int16_t> start_minute{};  // of the local day
  std::optional<std::int16_t> end_minute{};    // at or before start_minute: on the next day
  std::optional<std::int32_t> start_day{};     // local, days since 1970-01-01
  std::optional<std::int32_t> end_day{};
  std::optional<WattHours> min_energy{};  // charged in the session so far
  std::optional<WattHours> max_energy{};
  std::optional<std::int64_t> min_current_ma{};  // milliamperes, the sum of the phases
  std::optional<std::int64_t> max_current_ma{};
  std::optional<Watts> min_power{};
  std::optional<Watts> max_power{};
  std::optional<std::int64_t> min_duration{};  // seconds since the session began
  std::optional<std::int64_t> max_duration{};
  std::uint8_t days = 0;  // bit 0 Monday ... bit 6 Sunday; 0: every day
  ReservationRule reservation = ReservationRule::none;
};

struct TariffElement {
  std::vector<PriceComponent> components{};
  Restrictions restrictions{};
};

/// Both hold: the total without VAT against the one, the total with VAT against the other.
struct PriceLimit {
  Price without_vat{};
  Price with_vat{};
};

struct Tariff {
  std::string id{};  // 1 to 36 of [A-Za-z0-9._-]
  Currency currency{};
  std::string text{};  // for people
  std::optional<PriceLimit> min_price{};
  std::optional<PriceLimit> max_price{};
  std::vector<TariffElement> elements{};
  std::optional<SystemTime> valid_from{};  // a session's tariff is the one valid at its beginning
  std::optional<SystemTime> valid_until{};
};

struct TariffLimits {
  static constexpr std::size_t elements_max = 64;
  static constexpr std::size_t components_max = 4;  // one a dimension
  static constexpr std::size_t text_bytes_max = 1'000;
  static constexpr std::int64_t price_max = 100'000'000'000;  // ten million units
  static constexpr std::int32_t vat_max = 1'000'000;          // 100 %
  static constexpr std::uint32_t step_max = 86'400'000;
};

enum class MoneyErrc : std::uint8_t {
  tariff_invalid = 1,
  usage_invalid,    // periods that overlap, end before they begin, or are too long
  payment_invalid,  // more refunded than was captured, and the like
};
const ErrorRow& error_row(MoneyErrc code);

/// That it says something, contradicts nothing, and cannot overflow: MoneyErrc::tariff_invalid,
/// with the place ("elements[2].restrictions.min_power: ...").
Result<> check(const Tariff& tariff);

bool is_valid_at(const Tariff& tariff, SystemTime at);

}  // namespace mainstay::charging
