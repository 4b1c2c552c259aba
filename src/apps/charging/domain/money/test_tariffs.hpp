#pragma once

#include <initializer_list>
#include <string_view>
#include <utility>

#include "apps/charging/domain/money/pricing.hpp"

/// Tariffs and uses for tests, in the words that they are told in.
namespace mainstay::charging::test {

inline PriceComponent component(Dimension dimension, std::string_view price, int vat_percent,
                                std::uint32_t step_size) {
  PriceComponent out;
  out.dimension = dimension;
  out.price = Price{*parse_decimal(price, 4)};
  if (vat_percent >= 0) out.vat = VatRate{vat_percent * 10'000};
  out.step_size = step_size;
  return out;
}

inline TariffElement element(PriceComponent one, Restrictions when = {}) {
  TariffElement out;
  out.components.push_back(one);
  out.restrictions = when;
  return out;
}

inline Tariff tariff(std::initializer_list<TariffElement> elements) {
  Tariff out;
  out.id = "test";
  out.currency = *Currency::find("EUR");
  out.elements = elements;
  return out;
}

inline constexpr std::uint8_t weekdays = 0b0011111;
inline constexpr std::uint8_t saturday = 0b0100000;
inline constexpr std::uint8_t weekend = 0b1100000;

inline constexpr std::int64_t hour = 3'600;
// Of a zone that is at UTC.
inline constexpr std::int64_t monday = 1'794'787'200;  // 2026-11-16 00:00
inline const TimeZone utc{"UTC", {{0, 0}}};

/// Behind what is there already.
class Use {
 public:
  explicit Use(std::int64_t at) : at_(at) {}
  Use& then(UsePeriod::Kind kind, std::int64_t minutes, WattHours energy = 0) {
    UsePeriod one;
    one.kind = kind;
    one.begin = at_;
    one.end = at_ += minutes * 60;
    one.energy = energy;
    periods.push_back(one);
    return *this;
  }
  Use& charge(std::int64_t minutes, WattHours energy = 0) {
    return then(UsePeriod::Kind::charging, minutes, energy);
  }
  Use& park(std::int64_t minutes) { return then(UsePeriod::Kind::parking, minutes); }
  Use& amperes(std::int64_t value) {
    periods.back().current_ma = value * 1'000;
    return *this;
  }

  std::vector<UsePeriod> periods;

 private:
  std::int64_t at_;
};

/// "9 / 10.3": without and with VAT.
inline std::string price_text(const Tariff& tariff, const Use& use, const TimeZone& zone = utc) {
  const auto cost = price_use(tariff, zone, use.periods);
  if (cost.has_error()) return cost.error().message();
  return decimal_text(cost->without_vat.rounded().get(), 4) + " / " +
         decimal_text(cost->with_vat.rounded().get(), 4);
}

}  // namespace mainstay::charging::test
