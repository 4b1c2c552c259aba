#include "apps/exchange/domain/auction.hpp"

#include <algorithm>
#include <initializer_list>
#include <set>
#include <vector>

#include <doctest/doctest.h>

#include "apps/exchange/domain/symbol_rules.hpp"
#include "base/random.hpp"

namespace mainstay::exchange::auction_test {
namespace {

using Levels = std::vector<AuctionLevel>;

Levels levels(std::initializer_list<std::pair<std::uint32_t, std::uint64_t>> rows) {
  Levels out;
  for (const auto& [price, quantity] : rows) out.push_back({Price{price}, quantity});
  return out;
}

std::uint64_t wanted(const Levels& buys, Price price) {
  std::uint64_t sum = 0;
  for (const AuctionLevel& level : buys) sum += level.price >= price ? level.quantity : 0;
  return sum;
}
std::uint64_t offered(const Levels& sells, Price price) {
  std::uint64_t sum = 0;
  for (const AuctionLevel& level : sells) sum += level.price <= price ? level.quantity : 0;
  return sum;
}
bool has(const Levels& in, Price price) {
  return std::ranges::find(in, price, &AuctionLevel::price) != in.end();
}

/// The rules word by word, over every price.
Price brute_force(const Levels& buys, const Levels& sells, std::uint32_t price_max, Price reference,
                  const SymbolRules& rules) {
  std::vector<Price> prices;
  for (std::uint32_t p = 1; p <= price_max; ++p) {
    const Price price{p};
    if (is_on_tick(rules, price) || has(buys, price) || has(sells, price)) prices.push_back(price);
  }
  const auto volume = [&](Price p) { return std::min(wanted(buys, p), offered(sells, p)); };
  const auto surplus = [&](Price p) {
    return static_cast<std::int64_t>(wanted(buys, p) - offered(sells, p));
  };
  std::uint64_t most = 0;
  for (const Price p : prices) most = std::max(most, volume(p));
  if (most == 0) return Price{};
  std::erase_if(prices, [&](Price p) { return volume(p) != most; });
  std::int64_t least = std::abs(surplus(prices[0]));
  for (const Price p : prices) least = std::min(least, std::abs(surplus(p)));
  std::erase_if(prices, [&](Price p) { return std::abs(surplus(p)) != least; });
  if (std::ranges::all_of(prices, [&](Price p) { return surplus(p) > 0; })) return prices.back();
  if (std::ranges::all_of(prices, [&](Price p) { return surplus(p) < 0; })) return prices.front();
  return *std::ranges::min_element(prices, {}, [&](Price p) {
    return std::abs(std::int64_t{p.get()} - std::int64_t{reference.get()});
  });
}

Levels random_levels(Random& random, std::uint32_t price_max, bool best_is_high) {
  std::set<std::uint32_t> prices;
  const std::uint64_t count = random.below(std::min(7U, price_max));
  while (prices.size() < count) {
    prices.insert(1 + static_cast<std::uint32_t>(random.below(price_max)));
  }
  Levels out;
  for (const std::uint32_t price : prices) out.push_back({Price{price}, 1 + random.below(4)});
  if (best_is_high) std::ranges::reverse(out);
  return out;
}

}  // namespace

TEST_CASE("auction: the four rules, one after the other") {
  const SymbolRules rules;
  // Nobody meets.
  CHECK(find_auction(levels({{9, 1}}), levels({{10, 1}}), Price{}, rules).volume == 0);
  // Volume: 100 at 10 or 11, only 50 elsewhere. Surplus decides for 11.
  auto out = find_auction(levels({{12, 50}, {11, 50}, {10, 60}}), levels({{10, 100}, {12, 10}}),
                          Price{}, rules);
  CHECK(out.price == Price{11});
  CHECK(out.volume == 100);
  CHECK(out.surplus == 0);
  // Buyers are left over everywhere: the highest price.
  out = find_auction(levels({{20, 70}}), levels({{10, 50}}), Price{12}, rules);
  CHECK(out.price == Price{20});
  CHECK(out.surplus == 20);
  CHECK(out.surplus_side == Side::buy);
  // Sellers: the lowest.
  out = find_auction(levels({{20, 50}}), levels({{10, 70}}), Price{12}, rules);
  CHECK(out.price == Price{10});
  CHECK(out.surplus_side == Side::sell);
  // Neither: next to the reference, between orders too.
  out = find_auction(levels({{20, 50}}), levels({{10, 50}}), Price{12}, rules);
  CHECK(out.price == Price{12});
  CHECK(find_auction(levels({{20, 50}}), levels({{10, 50}}), Price{}, rules).price == Price{10});
  CHECK(find_auction(levels({{20, 5}}), levels({{10, 5}}), Price{99}, rules).price == Price{20});
}

TEST_CASE("auction: as brute force over all prices finds it") {
  Random random{20'261'122};
  for (int i = 0; i < 20'000; ++i) {
    const auto price_max = 4 + static_cast<std::uint32_t>(random.below(40));
    SymbolRules rules;
    if (random.below(2) == 0) {
      rules.ticks[0].tick = 1 + static_cast<std::uint32_t>(random.below(4));
      rules.ticks[1] = {Price{20}, 5};
      rules.tick_steps = 2;
    }
    const Price reference{static_cast<std::uint32_t>(random.below(price_max + 2))};
    const Levels buys = random_levels(random, price_max, true);
    const Levels sells = random_levels(random, price_max, false);
    const AuctionOutcome out = find_auction(buys, sells, reference, rules);
    REQUIRE(out.price == brute_force(buys, sells, price_max, reference, rules));
    if (out.volume == 0) continue;
    const std::uint64_t buying = wanted(buys, out.price);
    const std::uint64_t selling = offered(sells, out.price);
    REQUIRE(out.volume == std::min(buying, selling));
    REQUIRE(out.surplus == std::max(buying, selling) - out.volume);
    REQUIRE((out.surplus_side == Side::buy) == (buying >= selling));
  }
}

}  // namespace mainstay::exchange::auction_test
