#pragma once

#include <cstdint>

#include "base/strong.hpp"

namespace mainstay::exchange {

// The names of the field: a symbol (instrument, market) trades a base asset for a quote asset; an
// account holds amounts of assets and owns orders; an order rests in the symbol's book or trades.
using AssetId = Strong<struct AssetIdTag, std::uint32_t>;
using SymbolId = Strong<struct SymbolIdTag, std::uint32_t>;
using AccountId = Strong<struct AccountIdTag, std::uint64_t>;
using OrderId = Strong<struct OrderIdTag, std::uint64_t>;  // any value; unique among live orders
using TradeId = Strong<struct TradeIdTag, std::uint64_t>;  // of a symbol, from 1

using Price = Strong<struct PriceTag, std::uint32_t>;        // ticks of the symbol; 0: none
using Quantity = Strong<struct QuantityTag, std::uint32_t>;  // lots of the symbol
using Amount = std::int64_t;  // the smallest units of an asset; sums and products go by 128 bits

/// Nanoseconds since 1970: part of a command, never read from a clock by the domain.
using Time = Strong<struct TimeTag, std::int64_t>;
/// Of commands, from 1, without gaps.
using Sequence = std::uint64_t;

enum class Side : std::uint8_t { buy, sell };
inline Side opposite(Side side) { return side == Side::buy ? Side::sell : Side::buy; }

}  // namespace mainstay::exchange
