#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "apps/exchange/inbound/http/market_json.hpp"

namespace mainstay::exchange {

/// What changed in a book between two commands: price to what is shown there now; 0: nothing.
///
/// Update ids are the venue's sequence numbers: a difference is of the commands (after, last]. A
/// client that holds a snapshot of `lastUpdateId` drops those whose `last` is not above it; the
/// next one's first command, after + 1, is at most lastUpdateId + 1; and from then on each begins
/// where the one before ended. A snapshot may be of a moment within a difference: prices at which
/// it is unlike the difference's begin are in it too, even where its end is like its begin.
struct DepthDiff {
  Sequence after = 0;
  Sequence last = 0;
  std::map<Price, std::uint64_t> bids;
  std::map<Price, std::uint64_t> asks;

  [[nodiscard]] bool empty() const { return bids.empty() && asks.empty(); }
  /// Takes in the one that follows.
  void append(const DepthDiff& next);
};

DepthDiff difference(const DepthView& before, const DepthView& after);
/// Only as deep as `part` goes, which is a snapshot of at most so many levels: what is worse than
/// its worst level is not compared.
DepthDiff difference_within(const DepthView& before, const DepthView& part);
/// Adds the prices of `others` that `diff` lacks, with what is at them in `now`.
void add_prices(DepthDiff& diff, const DepthDiff& others, const DepthView& now);

/// The levels to show, best first.
std::vector<DepthLevel> changed_bids(const DepthDiff& diff);
std::vector<DepthLevel> changed_asks(const DepthDiff& diff);

}  // namespace mainstay::exchange
