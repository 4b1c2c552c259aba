#pragma once

#include <cstdint>
#include <span>

#include "apps/exchange/domain/command.hpp"

namespace mainstay::exchange {

struct AuctionLevel {
  Price price{};
  std::uint64_t quantity = 0;  // all of it, shown or not
};

struct AuctionOutcome {
  Price price{};
  std::uint64_t volume = 0;   // 0: no auction
  std::uint64_t surplus = 0;  // what stays of the larger side at that price
  Side surplus_side = Side::buy;
};

/// The price at which a crossed book trades at once. Of the prices that the tick table allows, and
/// those that orders have: (1) the one with the largest volume; of several (2) with the smallest
/// surplus; of several (3) the highest when buyers are left over at all of them, the lowest when
/// sellers are; else (4) the nearest to `reference`, the lower of two; without one the lowest.
///
/// Levels best first, each price once; those that cannot trade may be left out. Time: the number
/// of levels.
AuctionOutcome find_auction(std::span<const AuctionLevel> buys, std::span<const AuctionLevel> sells,
                            Price reference, const SymbolRules& rules);

}  // namespace mainstay::exchange
