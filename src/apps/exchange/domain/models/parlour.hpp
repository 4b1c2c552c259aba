#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "apps/exchange/domain/models/counter_random.hpp"
#include "base/result.hpp"

namespace mainstay::exchange::models {

/// The limit order market of Parlour ("Price dynamics in limit order markets", RFS 11, 1998): two
/// prices, one tick apart, around a value. Traders 1 to `traders` come one after the other, each
/// once, for one unit, as seller, buyer or neither, with a patience drawn evenly from
/// [patience_low, patience_high]: what the value is worth to the trader at the end of the day, as a
/// multiple. Nobody cancels. Behind the book a crowd takes at both prices.
struct ParlourMarket {
  double bid = 0;
  double value = 0;
  double ask = 0;
  double seller_share = 0.5;
  double buyer_share = 0.5;
  double patience_low = 0;
  double patience_high = 2;
  int traders = 40;  // 1 to 64
};

enum class ParlourAct : std::uint8_t { market_buy, market_sell, limit_buy, limit_sell, nothing };
inline constexpr std::size_t parlour_acts = 5;
using ParlourChances = std::array<double, parlour_acts>;  // by ParlourAct; their sum is 1

/// Orders that rest before a trader comes.
struct ParlourBook {
  int bids = 0;
  int asks = 0;
};

enum class ParlourRole : std::uint8_t { seller, buyer };

/// The equilibrium, solved from the last trader backwards: what a limit order's chance is depends
/// on what later traders do, which depends on the chances of theirs. Made for one market; pure.
class ParlourModel {
 public:
  static Result<ParlourModel> make(const ParlourMarket& market);

  /// The chance that a limit order which trader t adds to `book` is filled by the end. Exact for
  /// the books that t - 1 traders can leave; for longer ones near `traders` orders it is too low.
  [[nodiscard]] double fill_chance(ParlourRole role, ParlourBook book, int t) const;

  /// What maximises the payoff of a trader with this patience, in units of the value.
  [[nodiscard]] ParlourAct decide(ParlourRole role, double patience, ParlourBook book, int t) const;

  /// Before it is known who trader t is.
  [[nodiscard]] ParlourChances chances(ParlourBook book, int t) const;

  /// How likely each act is right behind each (row: the first act; column: the next), the book
  /// before the first being the same for all rows: on average over the books that the traders of a
  /// day meet. Exact. (How often acts follow each other says less: what was likely in a book and at
  /// an hour mostly still is a trader later.)
  [[nodiscard]] std::array<ParlourChances, parlour_acts> transitions() const;

  [[nodiscard]] const ParlourMarket& market() const { return market_; }

 private:
  explicit ParlourModel(const ParlourMarket& market);
  void solve();
  [[nodiscard]] std::size_t place(ParlourBook book, int t) const;

  ParlourMarket market_;
  std::vector<double> sell_fill_;  // by place()
  std::vector<double> buy_fill_;
};

/// The book after an act.
ParlourBook after(ParlourBook book, ParlourAct act);

/// One day with drawn traders.
struct ParlourDay {
  double payoff = 0;  // of all traders
  int limits = 0;     // limit orders that were placed
  int filled = 0;     // and those of them that traded
  double hoped = 0;   // the sum of their chances when they were placed
  int trades = 0;     // with the book or the crowd
};
ParlourDay play_day(const ParlourModel& model, CounterRandom& random);

}  // namespace mainstay::exchange::models
