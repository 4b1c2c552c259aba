#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "apps/charging/domain/money/tariff.hpp"
#include "base/time_zone.hpp"

namespace mainstay::charging {

__extension__ using Wide = __int128;  // no ISO type has 128 bits

/// A sum of money, exact: whatever prices of four decimals by the kWh and the hour, and percentages
/// of four decimals on them, can come to is a whole number of these. Counts
/// 1/36,000,000,000,000,000 of a currency unit.
class ExactAmount {
 public:
  constexpr ExactAmount() = default;
  constexpr explicit ExactAmount(Wide count) : count_(count) {}
  static ExactAmount of(Price price) { return ExactAmount{price.get() * per_price}; }

  static constexpr Wide per_unit = Wide{36} * 1'000'000'000'000'000;
  static constexpr Wide per_price = per_unit / 10'000;

  [[nodiscard]] Wide count() const { return count_; }
  /// Half a ten-thousandth goes up: OCPI's four decimals.
  [[nodiscard]] Price rounded() const;
  /// Half a smallest unit goes up.
  [[nodiscard]] Minor rounded_to(Currency currency) const;

  ExactAmount& operator+=(ExactAmount other) {
    count_ += other.count_;
    return *this;
  }
  auto operator<=>(const ExactAmount&) const = default;

 private:
  Wide count_ = 0;
};

/// A stretch of a session, or of the reservation before it, in which the use was even.
struct UsePeriod {
  enum class Kind : std::uint8_t {
    charging,
    parking,      // connected, but no energy flows
    reservation,  // was followed by a session
    expired_reservation,
  };
  std::int64_t begin = 0;  // seconds since 1970, UTC
  std::int64_t end = 0;
  Kind kind = Kind::charging;
  WattHours energy = 0;
  /// Unknown ones are worked out of the energy: the power over the whole period, and what that
  /// takes at 230 V.
  std::optional<Watts> power{};
  std::optional<std::int64_t> current_ma{};  // the sum of the phases
};

/// What was billed by one component of the tariff.
struct CostLine {
  Dimension dimension = Dimension::energy;
  bool of_reservation = false;
  std::int64_t used = 0;    // Wh or seconds; of a flat fee 1
  std::int64_t billed = 0;  // with what step_size adds
  Price price{};
  std::optional<VatRate> vat{};
  ExactAmount without_vat{};
  ExactAmount with_vat{};
};

struct Cost {
  std::vector<CostLine> lines{};  // in the order of the first use
  ExactAmount without_vat{};      // the lines' sums within the tariff's limits
  ExactAmount with_vat{};
  bool at_minimum = false;  // min_price raised one of the two
  bool at_maximum = false;
};

struct UseLimits {
  static constexpr std::int64_t seconds_max = 62 * 86'400;  // from the first period to the last
  static constexpr WattHours energy_max = 100'000'000;
};

/// What the use costs by the tariff (one that check() passes), to the last fraction.
///
/// As OCPI 2.2.1 has it (Tariffs 11.4.6, CDRs 10.3): of each dimension the first element holds
/// whose restrictions are met, from moment to moment; the fee of a FLAT component is billed once,
/// and the first one that holds. step_size counts once for the energy of the session and once for
/// its time, with the step of the component that held last: for the parking time when some was
/// billed, else for the charging time; and once for a reservation's time. An expired reservation
/// is billed by the elements for that, in each dimension that they lack by those of a reservation.
///
/// The periods follow each other, reservations first. Within a period energy comes evenly: where an
/// element ends in the middle of it, so much is billed by it as had come until then. Times of the
/// day, days and dates are those of `zone`. MoneyErrc::usage_invalid.
Result<Cost> price_use(const Tariff& tariff, const TimeZone& zone,
                       std::span<const UsePeriod> periods);

/// What a driver means to do, for a preview.
struct PlannedUse {
  SystemTime begin{};
  WattHours energy = 0;
  Seconds charging{};
  Seconds parking{};  // afterwards
};
std::vector<UsePeriod> periods_of(const PlannedUse& plan);

}  // namespace mainstay::charging
