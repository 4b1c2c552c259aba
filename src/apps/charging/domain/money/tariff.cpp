#include "apps/charging/domain/money/tariff.hpp"

#include <algorithm>
#include <array>

namespace mainstay::charging {
namespace {

Error wrong(std::string place, std::string_view what) {
  return {MoneyErrc::tariff_invalid, std::move(place) + ": " + std::string{what}};
}

bool is_id(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  };
  return !text.empty() && text.size() <= 36 && std::ranges::all_of(text, allowed);
}

Result<> check(const PriceComponent& component, const std::string& place) {
  if (component.price.get() < 0 || component.price.get() > TariffLimits::price_max) {
    return wrong(place + ".price", "0 to 10000000 is wanted");
  }
  if (component.vat && (component.vat->get() < 0 || component.vat->get() > TariffLimits::vat_max)) {
    return wrong(place + ".vat", "0 to 100 percent is wanted");
  }
  if (component.step_size > TariffLimits::step_max) {
    return wrong(place + ".step_size", "at most 86400000 is wanted");
  }
  return {};
}

template <class T>
Result<> check_range(const std::optional<T>& low, const std::optional<T>& high, std::string place) {
  if (low && *low < 0) return wrong(place, "must not be negative");
  if (high && *high <= low.value_or(T{0})) return wrong(place, "the range holds nothing");
  return {};
}

Result<> check(const Restrictions& one, const std::string& place) {
  constexpr std::int16_t day = 24 * 60;
  for (const auto& minute : {one.start_minute, one.end_minute}) {
    if (minute && (*minute < 0 || *minute >= day)) return wrong(place, "no time of the day");
  }
  if (one.start_day && one.end_day && *one.end_day <= *one.start_day) {
    return wrong(place + ".end_date", "must come behind start_date");
  }
  MS_TRY_VOID(check_range(one.min_energy, one.max_energy, place + ".max_kwh"));
  MS_TRY_VOID(check_range(one.min_current_ma, one.max_current_ma, place + ".max_current"));
  MS_TRY_VOID(check_range(one.min_power, one.max_power, place + ".max_power"));
  return check_range(one.min_duration, one.max_duration, place + ".max_duration");
}

Result<> check(const TariffElement& element, const std::string& place) {
  if (element.components.empty()) return wrong(place + ".price_components", "one is wanted");
  std::array<bool, 4> there{};
  for (std::size_t i = 0; i < element.components.size(); ++i) {
    const PriceComponent& component = element.components[i];
    const std::string at = place + ".price_components[" + std::to_string(i) + "]";
    bool& taken = there.at(static_cast<std::size_t>(component.dimension));
    if (taken) return wrong(at + ".type", "twice in one element");
    taken = true;
    MS_TRY_VOID(check(component, at));
    if (element.restrictions.reservation != ReservationRule::none &&
        component.dimension != Dimension::flat && component.dimension != Dimension::time) {
      return wrong(at + ".type", "a reservation costs FLAT and TIME only");
    }
  }
  return check(element.restrictions, place + ".restrictions");
}

Result<> check(const PriceLimit& limit, const std::string& place) {
  if (limit.without_vat.get() < 0 || limit.without_vat.get() > TariffLimits::price_max) {
    return wrong(place + ".excl_vat", "0 to 10000000 is wanted");
  }
  if (limit.with_vat < limit.without_vat || limit.with_vat.get() > TariffLimits::price_max) {
    return wrong(place + ".incl_vat", "excl_vat to 10000000 is wanted");
  }
  return {};
}

}  // namespace

const ErrorRow& error_row(MoneyErrc code) {
  static constexpr std::array rows{
      ErrorRow{"tariff_invalid", "the tariff cannot be used", 422},
      ErrorRow{"usage_invalid", "this cannot be what a session used", 422},
      ErrorRow{"payment_invalid", "the payment does not allow this", 409},
  };
  return rows.at(static_cast<std::size_t>(code) - 1);
}

std::string_view to_text(Dimension dimension) {
  static constexpr std::array<std::string_view, 4> names{"ENERGY", "FLAT", "PARKING_TIME", "TIME"};
  return names.at(static_cast<std::size_t>(dimension));
}

Result<> check(const Tariff& tariff) {
  if (!is_id(tariff.id)) return wrong("id", "1 to 36 of A-Z, a-z, 0-9, dot, dash, underscore");
  if (tariff.text.size() > TariffLimits::text_bytes_max) return wrong("text", "1000 bytes at most");
  if (tariff.elements.empty() || tariff.elements.size() > TariffLimits::elements_max) {
    return wrong("elements", "1 to 64 are wanted");
  }
  for (std::size_t i = 0; i < tariff.elements.size(); ++i) {
    MS_TRY_VOID(check(tariff.elements[i], "elements[" + std::to_string(i) + "]"));
  }
  if (tariff.min_price) MS_TRY_VOID(check(*tariff.min_price, "min_price"));
  if (tariff.max_price) MS_TRY_VOID(check(*tariff.max_price, "max_price"));
  if (tariff.min_price && tariff.max_price &&
      (tariff.max_price->without_vat < tariff.min_price->without_vat ||
       tariff.max_price->with_vat < tariff.min_price->with_vat)) {
    return wrong("max_price", "is below min_price");
  }
  if (tariff.valid_from && tariff.valid_until && *tariff.valid_until <= *tariff.valid_from) {
    return wrong("end_date_time", "must come behind start_date_time");
  }
  return {};
}

bool is_valid_at(const Tariff& tariff, SystemTime at) {
  return (!tariff.valid_from || *tariff.valid_from <= at) &&
         (!tariff.valid_until || at < *tariff.valid_until);
}

}  // namespace mainstay::charging
