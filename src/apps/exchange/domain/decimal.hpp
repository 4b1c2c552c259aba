#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mainstay::exchange {

__extension__ using Wide = unsigned __int128;  // no ISO type has 128 bits

inline constexpr unsigned decimal_digits_max = 18;  // behind the point: 10^18 is below 2^60
std::uint64_t power_of_ten(unsigned digits);        // of at most decimal_digits_max

enum class DecimalFault : std::uint8_t {
  none,
  malformed,    // not of the form [0-9]{1,20}(\.[0-9]{1,20})?
  too_precise,  // a digit other than 0 behind the last that counts
  too_large
};

/// "12.5" with two digits is 1250: exact, or a fault.
DecimalFault parse_decimal(std::string_view text, unsigned digits, std::uint64_t& out);

/// 1250 with two digits is "12.50": always that many behind the point.
void append_decimal(std::string& out, Wide value, unsigned digits);
void append_signed_decimal(std::string& out, std::int64_t value, unsigned digits);

}  // namespace mainstay::exchange
