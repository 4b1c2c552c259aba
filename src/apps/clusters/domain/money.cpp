#include "apps/clusters/domain/money.hpp"

#include <array>
#include <cstddef>

#include "base/check.hpp"
#include "base/text.hpp"

namespace mainstay::clusters {
namespace {

__extension__ using WideCost = unsigned __int128;  // no ISO type has 128 bits

constexpr std::array<ErrorRow, 2> money_rows{{
    {"money_overflow", "that is more money than can be counted", 422},
    {"currency_mismatch", "amounts of two currencies cannot be compared", 422},
}};

constexpr std::int64_t nanos_per_unit = 1'000'000'000;
constexpr std::int64_t nanos_per_cent = nanos_per_unit / 100;
constexpr std::uint64_t hourly_units_max = 1'000'000;
constexpr std::uint64_t minor_units_max = 1'000'000'000'000;

struct Decimal {
  std::uint64_t whole = 0;
  std::string_view fraction;  // digits only
};

std::optional<Decimal> split_decimal(std::string_view text) {
  const std::size_t point = text.find('.');
  const auto whole = parse_u64(text.substr(0, point));
  if (!whole) return std::nullopt;
  Decimal out{*whole, {}};
  if (point == std::string_view::npos) return out;
  out.fraction = text.substr(point + 1);
  if (out.fraction.empty()) return std::nullopt;
  for (const char digit : out.fraction) {
    if (digit < '0' || digit > '9') return std::nullopt;
  }
  return out;
}

/// The first `digits` of a fraction as a whole number.
std::int64_t leading_digits(std::string_view fraction, std::size_t digits) {
  std::int64_t value = 0;
  for (std::size_t at = 0; at < digits; ++at) {
    value = value * 10 + (at < fraction.size() ? fraction[at] - '0' : 0);
  }
  return value;
}

}  // namespace

const ErrorRow& error_row(MoneyErrc code) {
  const auto index = static_cast<std::size_t>(code) - 1;
  MS_CHECK(index < money_rows.size());
  return money_rows[index];
}

std::optional<Currency> Currency::parse(std::string_view code) {
  // Those of ISO 4217 with other than two digits: a cent of theirs would be wrong by powers of ten.
  for (const std::string_view other :
       {"BHD", "BIF", "CLF", "CLP", "DJF", "GNF", "IQD", "ISK", "JOD",
        "JPY", "KMF", "KRW", "KWD", "LYD", "OMR", "PYG", "RWF", "TND",
        "UGX", "UYI", "UYW", "VND", "VUV", "XAF", "XOF", "XPF", "XXX"}) {
    if (code == other) return std::nullopt;
  }
  Currency out;
  if (code.size() != out.code_.size()) return std::nullopt;
  for (std::size_t at = 0; at < code.size(); ++at) {
    if (code[at] < 'A' || code[at] > 'Z') return std::nullopt;
    out.code_[at] = code[at];
  }
  return out;
}

std::optional<HourlyPrice> parse_hourly(std::string_view text) {
  const auto parts = split_decimal(text);
  if (!parts || parts->whole > hourly_units_max) return std::nullopt;
  std::int64_t nanos =
      static_cast<std::int64_t>(parts->whole) * nanos_per_unit + leading_digits(parts->fraction, 9);
  if (parts->fraction.size() > 9 && parts->fraction[9] >= '5') ++nanos;
  return HourlyPrice{nanos};
}

std::string to_text(HourlyPrice price) {
  std::string out = std::to_string(price.get() / nanos_per_unit);
  const std::string digits = std::to_string(nanos_per_unit + price.get() % nanos_per_unit);
  const std::size_t last = digits.find_last_not_of('0');
  if (last > 0) out.append(".").append(digits, 1, last);
  return out;
}

std::optional<Minor> parse_minor(std::string_view text) {
  const auto parts = split_decimal(text);
  if (!parts || parts->whole > minor_units_max || parts->fraction.size() > 2) return std::nullopt;
  return Minor{static_cast<std::int64_t>(parts->whole) * 100 + leading_digits(parts->fraction, 2)};
}

std::string to_text(Minor amount) {
  const bool negative = amount.get() < 0;
  // Through unsigned: the least number has no positive twin.
  const std::uint64_t size = negative ? -static_cast<std::uint64_t>(amount.get())
                                      : static_cast<std::uint64_t>(amount.get());
  std::string out = negative ? "-" : "";
  out.append(std::to_string(size / 100)).append(".");
  return out.append(std::to_string(100 + size % 100), 1, 2);
}

std::string to_text(const Money& money, Sign sign) {
  std::string out = to_text(money.amount);
  const std::size_t first = money.amount.get() < 0 ? 1 : 0;
  for (std::size_t at = out.size() - 3; at > first + 3;) {
    at -= 3;
    out.insert(at, ",");
  }
  if (sign == Sign::always && money.amount.get() >= 0) out.insert(0, "+");
  return out.append(" ").append(money.currency.code());
}

Result<Minor> monthly(HourlyPrice price, std::uint64_t count) {
  const WideCost nanos = static_cast<WideCost>(price.get()) * count;
  // More than this can be no amount, and what is not more can be multiplied.
  if (nanos > static_cast<WideCost>(INT64_MAX) * nanos_per_cent) {
    return MoneyErrc::overflow;
  }
  const WideCost cents = (nanos * hours_per_month + nanos_per_cent / 2) / nanos_per_cent;
  if (cents > INT64_MAX) return MoneyErrc::overflow;
  return Minor{static_cast<std::int64_t>(cents)};
}

Result<Minor> sum(Minor a, Minor b) {
  std::int64_t out = 0;
  if (__builtin_add_overflow(a.get(), b.get(), &out)) return MoneyErrc::overflow;
  return Minor{out};
}

Result<Minor> difference(Minor after, Minor before) {
  std::int64_t out = 0;
  if (__builtin_sub_overflow(after.get(), before.get(), &out)) return MoneyErrc::overflow;
  return Minor{out};
}

}  // namespace mainstay::clusters
