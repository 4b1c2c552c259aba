#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/strong.hpp"

namespace mainstay::clusters {

enum class MoneyErrc : std::uint8_t { overflow = 1, currency_mismatch };
const ErrorRow& error_row(MoneyErrc code);

/// A code of ISO 4217: three capital letters. Whatever is priced here has two digits behind the
/// point (clouds bill in USD, CNY, EUR); currencies without cents are refused.
class Currency {
 public:
  Currency() = default;  // of no money
  static std::optional<Currency> parse(std::string_view code);

  [[nodiscard]] std::string_view code() const { return {code_.data(), code_.size()}; }
  bool operator==(const Currency&) const = default;

 private:
  std::array<char, 3> code_{'X', 'X', 'X'};
};

/// What one instance costs an hour: 10^-9 of the currency's unit, never below 0.
using HourlyPrice = Strong<struct HourlyPriceTag, std::int64_t>;

/// Minor units (cents): what something costs a month, or by how much that differs.
using Minor = Strong<struct MinorTag, std::int64_t>;

struct Money {
  Minor amount{};
  Currency currency{};
  bool operator==(const Money&) const = default;
};

/// What a month is billed as: 8,760 hours a year over twelve, as clouds' own calculators do.
inline constexpr std::int64_t hours_per_month = 730;

/// "0.2140000000" to nanos. Nothing when it is no decimal number of digits and at most one point,
/// or beyond 10^6 units; digits behind the ninth are rounded, half up.
std::optional<HourlyPrice> parse_hourly(std::string_view text);
/// "0.107": without zeros at its end.
std::string to_text(HourlyPrice price);

/// "1200" or "1200.50" to cents: nothing when it is no such number, has more than two digits behind
/// the point, or is beyond 10^12 units.
std::optional<Minor> parse_minor(std::string_view text);
/// "-1200.50"
std::string to_text(Minor amount);
/// "1,200.50 USD", with a sign when `sign`: for people.
enum class Sign : std::uint8_t { minus_only, always };
std::string to_text(const Money& money, Sign sign = Sign::minus_only);

/// Price x `count` x hours_per_month, rounded half up to cents once, at the end.
Result<Minor> monthly(HourlyPrice price, std::uint64_t count);
Result<Minor> sum(Minor a, Minor b);
Result<Minor> difference(Minor after, Minor before);

}  // namespace mainstay::clusters
