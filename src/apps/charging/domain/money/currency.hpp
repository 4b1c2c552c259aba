#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mainstay::charging {

/// Smallest units of a currency that is named beside it: cents of EUR, whole yen.
using Minor = std::int64_t;

/// One of ISO 4217's, with how many digits its smallest unit stands behind the point.
class Currency {
 public:
  Currency() = default;  // of no money

  /// By its code, upper case; nothing when ISO 4217 lists none (codes of metals, funds and tests
  /// are not money to be paid with).
  static std::optional<Currency> find(std::string_view code);

  [[nodiscard]] std::string_view code() const { return {code_.data(), code_.size()}; }
  [[nodiscard]] int digits() const { return digits_; }
  /// Smallest units of one whole unit: 100 of EUR.
  [[nodiscard]] std::int64_t minor_per_unit() const;

  bool operator==(const Currency&) const = default;

 private:
  std::array<char, 3> code_{'X', 'X', 'X'};
  std::uint8_t digits_ = 2;
};

/// "12.30": with the currency's digits, without its code.
std::string to_text(Minor amount, Currency currency);
/// The number of `scale` digits behind the point, without zeros at its end: 13.861.
std::string decimal_text(std::int64_t value, int scale);
/// Exactly: nothing when it is no decimal number, has more digits, or is beyond 10^15 units.
std::optional<std::int64_t> parse_decimal(std::string_view text, int scale);

}  // namespace mainstay::charging
