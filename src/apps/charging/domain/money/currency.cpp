#include "apps/charging/domain/money/currency.hpp"

#include <algorithm>
#include <utility>

namespace mainstay::charging {
namespace {

// ISO 4217, list one. Those with another number of digits than two are told apart below.
constexpr std::string_view codes =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP "
    "BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP "
    "GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR "
    "KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK "
    "MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR "
    "SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS "
    "UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG";
constexpr std::string_view without_digits =
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
constexpr std::string_view with_three = "BHD IQD JOD KWD LYD OMR TND";

bool lists(std::string_view list, std::string_view code) {
  const auto at = list.find(code);
  return at != std::string_view::npos && at % 4 == 0;
}

std::int64_t power_of_ten(int digits) {
  std::int64_t out = 1;
  while (digits-- > 0) out *= 10;
  return out;
}

}  // namespace

std::optional<Currency> Currency::find(std::string_view code) {
  if (code.size() != 3 || !lists(codes, code)) return std::nullopt;
  Currency out;
  std::ranges::copy(code, out.code_.begin());
  if (lists(without_digits, code)) out.digits_ = 0;
  if (lists(with_three, code)) out.digits_ = 3;
  return out;
}

std::int64_t Currency::minor_per_unit() const { return power_of_ten(digits_); }

std::string to_text(Minor amount, Currency currency) {
  const auto size = static_cast<std::uint64_t>(amount < 0 ? -amount : amount);
  std::string digits = std::to_string(size);
  const auto behind = static_cast<std::size_t>(currency.digits());
  if (digits.size() <= behind) digits.insert(0, behind + 1 - digits.size(), '0');
  if (behind > 0) digits.insert(digits.size() - behind, ".");
  return amount < 0 ? "-" + digits : digits;
}

std::string decimal_text(std::int64_t value, int scale) {
  const auto size = static_cast<std::uint64_t>(value < 0 ? -value : value);
  std::string out = std::to_string(size);
  const auto behind = static_cast<std::size_t>(scale);
  if (out.size() <= behind) out.insert(0, behind + 1 - out.size(), '0');
  if (behind > 0) {
    out.insert(out.size() - behind, ".");
    while (out.back() == '0') out.pop_back();
    if (out.back() == '.') out.pop_back();
  }
  return value < 0 ? "-" + out : out;
}

std::optional<std::int64_t> parse_decimal(std::string_view text, int scale) {
  constexpr std::int64_t units_max = 1'000'000'000'000'000;
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string_view behind;
  if (point != std::string_view::npos) {
    behind = text.substr(point + 1);
    if (behind.empty()) return std::nullopt;
  }
  while (behind.ends_with('0')) behind.remove_suffix(1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (whole.empty() || whole.size() > 16 || !std::ranges::all_of(whole, is_digit) ||
      !std::ranges::all_of(behind, is_digit) || std::cmp_greater(behind.size(), scale)) {
    return std::nullopt;
  }
  std::int64_t out = 0;
  for (const char c : whole) out = out * 10 + (c - '0');
  const std::int64_t one = power_of_ten(scale);
  if (out > units_max / one) return std::nullopt;
  std::int64_t part = 0;
  for (const char c : behind) part = part * 10 + (c - '0');
  out = out * one + part * power_of_ten(scale - static_cast<int>(behind.size()));
  return negative ? -out : out;
}

}  // namespace mainstay::charging
