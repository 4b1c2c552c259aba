#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "apps/exchange/domain/listing.hpp"

namespace mainstay::exchange {

/// What clients are told to keep to.
struct ApiLimits {
  std::uint64_t weight_per_minute = 0;  // of one address; 0: any
  std::uint64_t orders_per_10s = 0;     // of one account; 0: any
  std::uint64_t orders_live_max = 0;    // of one account
};

/// GET /exchangeInfo: rules and filters of these symbols.
void append_exchange_info(std::string& out, std::span<const Listing* const> symbols,
                          const ApiLimits& limits, std::int64_t now_ms);

}  // namespace mainstay::exchange
