#include "apps/exchange/inbound/ws/depth_diff.hpp"

#include <algorithm>

namespace mainstay::exchange {
namespace {

using Changes = std::map<Price, std::uint64_t>;

/// Both best first; `buys` says which way that is.
Changes changes(const std::vector<DepthLevel>& before, const std::vector<DepthLevel>& after,
                bool buys) {
  Changes out;
  auto old = before.begin();
  auto now = after.begin();
  while (old != before.end() || now != after.end()) {
    const bool both = old != before.end() && now != after.end();
    const bool same = both && old->price == now->price;
    const bool old_first = both && !same && (old->price > now->price) == buys;
    if (same) {
      if (old->quantity != now->quantity) out.emplace_hint(out.end(), now->price, now->quantity);
      ++old;
      ++now;
    } else if (now == after.end() || old_first) {
      out[old->price] = 0;
      ++old;
    } else {
      out[now->price] = now->quantity;
      ++now;
    }
  }
  return out;
}

/// The levels of `whole` that are no worse than the worst of `part`; all when that is all there
/// was.
std::vector<DepthLevel> as_deep_as(const std::vector<DepthLevel>& whole,
                                   const std::vector<DepthLevel>& part, std::size_t levels_max,
                                   bool buys) {
  std::vector<DepthLevel> out;
  if (part.size() < levels_max) return whole;
  for (const DepthLevel& level : whole) {
    const bool worse = buys ? level.price < part.back().price : level.price > part.back().price;
    if (worse) break;
    out.push_back(level);
  }
  return out;
}

std::uint64_t quantity_at(const std::vector<DepthLevel>& side, Price price) {
  const auto found = std::ranges::find(side, price, &DepthLevel::price);
  return found == side.end() ? 0 : found->quantity;
}

template <class Iterator>
std::vector<DepthLevel> levels(Iterator from, Iterator to) {
  std::vector<DepthLevel> out;
  for (; from != to; ++from) out.push_back({from->first, from->second, 0});
  return out;
}

}  // namespace

void DepthDiff::append(const DepthDiff& next) {
  last = next.last;
  for (const auto& [price, quantity] : next.bids) bids[price] = quantity;
  for (const auto& [price, quantity] : next.asks) asks[price] = quantity;
}

DepthDiff difference(const DepthView& before, const DepthView& after) {
  return {before.sequence, after.sequence, changes(before.bids, after.bids, true),
          changes(before.asks, after.asks, false)};
}

DepthDiff difference_within(const DepthView& before, const DepthView& part) {
  return {before.sequence, part.sequence,
          changes(as_deep_as(before.bids, part.bids, part.levels_max, true), part.bids, true),
          changes(as_deep_as(before.asks, part.asks, part.levels_max, false), part.asks, false)};
}

void add_prices(DepthDiff& diff, const DepthDiff& others, const DepthView& now) {
  for (const auto& [price, quantity] : others.bids) {
    if (!diff.bids.contains(price)) diff.bids[price] = quantity_at(now.bids, price);
  }
  for (const auto& [price, quantity] : others.asks) {
    if (!diff.asks.contains(price)) diff.asks[price] = quantity_at(now.asks, price);
  }
}

std::vector<DepthLevel> changed_bids(const DepthDiff& diff) {
  return levels(diff.bids.rbegin(), diff.bids.rend());
}

std::vector<DepthLevel> changed_asks(const DepthDiff& diff) {
  return levels(diff.asks.begin(), diff.asks.end());
}

}  // namespace mainstay::exchange
