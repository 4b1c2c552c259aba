#include "apps/exchange/domain/auction.hpp"

#include <algorithm>
#include <optional>

#include "apps/exchange/domain/symbol_rules.hpp"

namespace mainstay::exchange {
namespace {

/// Prices from `low` to `high` at which the same is wanted and offered.
struct Stretch {
  Price low;
  Price high;
  std::uint64_t wanted;
  std::uint64_t offered;
};

std::uint64_t volume(const Stretch& at) { return std::min(at.wanted, at.offered); }
std::uint64_t surplus(const Stretch& at) {
  return at.wanted > at.offered ? at.wanted - at.offered : at.offered - at.wanted;
}

std::uint32_t distance(Price a, Price b) { return a > b ? a.get() - b.get() : b.get() - a.get(); }

/// Takes stretches from the lowest to the highest, and keeps the best.
class Choice {
 public:
  Choice(Price reference, const SymbolRules& rules) : reference_(reference), rules_(&rules) {}

  void consider(const Stretch& next) {
    if (volume(next) == 0) return;
    if (best_) {
      const bool better = volume(next) != volume(*best_) ? volume(next) > volume(*best_)
                                                         : surplus(next) < surplus(*best_);
      if (!better && (volume(next) != volume(*best_) || surplus(next) != surplus(*best_))) return;
      if (!better) return extend(next);
    }
    best_ = next;
    nearest_ = nearest_in(next);
    only_buyers_left_ = next.wanted > next.offered;
    only_sellers_left_ = next.wanted < next.offered;
    nearest_wanted_ = next.wanted;
  }

  [[nodiscard]] AuctionOutcome outcome() const {
    if (!best_) return {};
    AuctionOutcome out{nearest_, volume(*best_), surplus(*best_), Side::sell};
    if (only_buyers_left_) out.price = best_->high;
    if (only_sellers_left_) out.price = best_->low;
    const bool buyers = only_buyers_left_ || (!only_sellers_left_ && nearest_wanted_ > out.volume);
    if (buyers || out.surplus == 0) out.surplus_side = Side::buy;
    return out;
  }

 private:
  void extend(const Stretch& next) {
    best_->high = next.high;
    only_buyers_left_ = only_buyers_left_ && next.wanted > next.offered;
    only_sellers_left_ = only_sellers_left_ && next.wanted < next.offered;
    const Price nearest = nearest_in(next);
    if (distance(nearest, reference_) >= distance(nearest_, reference_)) return;
    nearest_ = nearest;
    nearest_wanted_ = next.wanted;
  }
  /// Both ends of a stretch are allowed.
  [[nodiscard]] Price nearest_in(const Stretch& at) const {
    if (reference_ <= at.low) return at.low;
    if (reference_ >= at.high) return at.high;
    const Price below = std::max(allowed_until(*rules_, reference_), at.low);
    const Price above = allowed_from(*rules_, reference_);
    if (above == Price{} || above > at.high) return below;
    return distance(above, reference_) < distance(below, reference_) ? above : below;
  }

  Price reference_;
  const SymbolRules* rules_;
  std::optional<Stretch> best_;  // from the lowest to the highest of the best
  Price nearest_{};
  std::uint64_t nearest_wanted_ = 0;
  bool only_buyers_left_ = false;
  bool only_sellers_left_ = false;
};

}  // namespace

AuctionOutcome find_auction(std::span<const AuctionLevel> buys, std::span<const AuctionLevel> sells,
                            Price reference, const SymbolRules& rules) {
  Choice choice{reference, rules};
  std::uint64_t wanted = 0;
  for (const AuctionLevel& level : buys) wanted += level.quantity;
  std::uint64_t offered = 0;
  auto buy = buys.rbegin();  // both from the lowest price upwards
  auto sell = sells.begin();
  Price before{};
  while (buy != buys.rend() || sell != sells.end()) {
    const Price price = buy == buys.rend()    ? sell->price
                        : sell == sells.end() ? buy->price
                                              : std::min(buy->price, sell->price);
    if (before != Price{}) {
      const Price low = allowed_from(rules, Price{before.get() + 1});
      const Price high = allowed_until(rules, Price{price.get() - 1});
      if (low != Price{} && low <= high) choice.consider({low, high, wanted, offered});
    }
    if (sell != sells.end() && sell->price == price) offered += (sell++)->quantity;
    choice.consider({price, price, wanted, offered});
    if (buy != buys.rend() && buy->price == price) wanted -= (buy++)->quantity;
    before = price;
  }
  return choice.outcome();
}

}  // namespace mainstay::exchange
