#include "apps/exchange/domain/models/parlour.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "apps/exchange/domain/models/model_errc.hpp"
#include "apps/exchange/domain/models/model_limits.hpp"
#include "base/check.hpp"

namespace mainstay::exchange::models {
namespace {

constexpr int traders_max = 64;
constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr std::size_t index(ParlourAct act) { return static_cast<std::size_t>(act); }

/// Patience up to `market` trades at once, from there to `limit` with a limit order (for buyers:
/// down to).
struct CutOffs {
  double market = 0;
  double limit = 0;
};

CutOffs seller_cut_offs(const ParlourMarket& m, double p) {
  if (p <= 0) return {m.bid / m.value, m.bid / m.value};
  if (p >= 1) return {-infinity, m.ask / m.value};
  return {(m.bid - p * m.ask) / ((1 - p) * m.value), m.ask / m.value};
}

CutOffs buyer_cut_offs(const ParlourMarket& m, double p) {
  if (p <= 0) return {m.ask / m.value, m.ask / m.value};
  if (p >= 1) return {infinity, m.bid / m.value};
  return {(m.ask - p * m.bid) / ((1 - p) * m.value), m.bid / m.value};
}

double share_below(const ParlourMarket& m, double patience) {
  const double share = (patience - m.patience_low) / (m.patience_high - m.patience_low);
  return std::clamp(share, 0.0, 1.0);
}

ParlourChances chances_of(const ParlourMarket& m, double sell_fill, double buy_fill) {
  const CutOffs seller = seller_cut_offs(m, sell_fill);
  const CutOffs buyer = buyer_cut_offs(m, buy_fill);
  ParlourChances q{};
  q[index(ParlourAct::market_sell)] = m.seller_share * share_below(m, seller.market);
  q[index(ParlourAct::limit_sell)] =
      m.seller_share * (share_below(m, seller.limit) - share_below(m, seller.market));
  q[index(ParlourAct::market_buy)] = m.buyer_share * (1 - share_below(m, buyer.market));
  q[index(ParlourAct::limit_buy)] =
      m.buyer_share * (share_below(m, buyer.market) - share_below(m, buyer.limit));
  q[index(ParlourAct::nothing)] = 1 - q[0] - q[1] - q[2] - q[3];
  return q;
}

/// For one trader: the chance that the k-th order of a side is filled, by k and the book.
class Chances {
 public:
  explicit Chances(int traders) : size_(static_cast<std::size_t>(traders) + 2) {
    values_.resize(size_ * size_ * size_);
  }
  [[nodiscard]] double at(int k, ParlourBook book) const {
    return k == 0 ? 1 : values_[place(k, book)];
  }
  void set(int k, ParlourBook book, double chance) { values_[place(k, book)] = chance; }

 private:
  [[nodiscard]] std::size_t place(int k, ParlourBook book) const {
    return (static_cast<std::size_t>(k) * size_ + static_cast<std::size_t>(book.bids)) * size_ +
           static_cast<std::size_t>(book.asks);
  }
  std::size_t size_;
  std::vector<double> values_;
};

/// The k-th order's chance before a trader, from those behind it; `taker` is the act that moves the
/// queue.
double fill_before(const ParlourChances& q, const Chances& behind, int k, ParlourBook book,
                   ParlourAct taker) {
  double chance = 0;
  for (std::size_t e = 0; e < parlour_acts; ++e) {
    const auto act = static_cast<ParlourAct>(e);
    chance += q[e] * behind.at(act == taker ? k - 1 : k, after(book, act));
  }
  return chance;
}

}  // namespace

ParlourBook after(ParlourBook book, ParlourAct act) {
  switch (act) {
    case ParlourAct::market_buy:
      return {book.bids, std::max(book.asks - 1, 0)};
    case ParlourAct::market_sell:
      return {std::max(book.bids - 1, 0), book.asks};
    case ParlourAct::limit_buy:
      return {book.bids + 1, book.asks};
    case ParlourAct::limit_sell:
      return {book.bids, book.asks + 1};
    case ParlourAct::nothing:
      break;
  }
  return book;
}

Result<ParlourModel> ParlourModel::make(const ParlourMarket& market) {
  const auto refuse = [](const char* why) { return Error{ModelErrc::parameters_invalid, why}; };
  if (!(market.bid > 0 && market.bid < market.value && market.value < market.ask &&
        market.ask <= ModelLimits::magnitude_max)) {
    return refuse("0 < bid < value < ask <= 1e9 must hold in Parlour's market");
  }
  if (!(market.seller_share >= 0 && market.buyer_share >= 0 &&
        market.seller_share + market.buyer_share <= 1)) {
    return refuse("the shares of sellers and buyers must be 0 or more, together at most 1");
  }
  if (!(market.patience_low >= 0 && market.patience_low < market.patience_high &&
        market.patience_high <= ModelLimits::magnitude_max)) {
    return refuse("0 <= patience_low < patience_high <= 1e9 must hold in Parlour's market");
  }
  if (market.traders < 1 || market.traders > traders_max) {
    return refuse("Parlour's market takes 1 to 64 traders");
  }
  ParlourModel model{market};
  model.solve();
  return model;
}

ParlourModel::ParlourModel(const ParlourMarket& market) : market_(market) {
  const auto size = static_cast<std::size_t>(market.traders);
  sell_fill_.resize((size + 1) * size * size);
  buy_fill_.resize(sell_fill_.size());
}

std::size_t ParlourModel::place(ParlourBook book, int t) const {
  MS_CHECK(t >= 1 && t <= market_.traders && book.bids >= 0 && book.asks >= 0);
  const int most = market_.traders - 1;  // a longer queue is as good as one of all before
  const auto size = static_cast<std::size_t>(market_.traders);
  return (static_cast<std::size_t>(t) * size +
          static_cast<std::size_t>(std::min(book.bids, most))) *
             size +
         static_cast<std::size_t>(std::min(book.asks, most));
}

void ParlourModel::solve() {
  Chances sells{market_.traders};  // behind trader t; behind the last one nothing is filled
  Chances buys{market_.traders};
  for (int t = market_.traders; t >= 1; --t) {
    Chances sells_before{market_.traders};
    Chances buys_before{market_.traders};
    for (int bids = 0; bids < market_.traders; ++bids) {
      for (int asks = 0; bids + asks < market_.traders; ++asks) {
        const ParlourBook book{bids, asks};
        const double sell = sells.at(asks + 1, {bids, asks + 1});
        const double buy = buys.at(bids + 1, {bids + 1, asks});
        sell_fill_[place(book, t)] = sell;
        buy_fill_[place(book, t)] = buy;
        const ParlourChances q = chances_of(market_, sell, buy);
        for (int k = 1; k <= asks; ++k) {
          sells_before.set(k, book, fill_before(q, sells, k, book, ParlourAct::market_buy));
        }
        for (int k = 1; k <= bids; ++k) {
          buys_before.set(k, book, fill_before(q, buys, k, book, ParlourAct::market_sell));
        }
      }
    }
    sells = std::move(sells_before);
    buys = std::move(buys_before);
  }
}

double ParlourModel::fill_chance(ParlourRole role, ParlourBook book, int t) const {
  return (role == ParlourRole::seller ? sell_fill_ : buy_fill_)[place(book, t)];
}

ParlourAct ParlourModel::decide(ParlourRole role, double patience, ParlourBook book, int t) const {
  const double p = fill_chance(role, book, t);
  if (role == ParlourRole::seller) {
    const CutOffs cut = seller_cut_offs(market_, p);
    if (patience < cut.market) return ParlourAct::market_sell;
    return patience < cut.limit ? ParlourAct::limit_sell : ParlourAct::nothing;
  }
  const CutOffs cut = buyer_cut_offs(market_, p);
  if (patience > cut.market) return ParlourAct::market_buy;
  return patience > cut.limit ? ParlourAct::limit_buy : ParlourAct::nothing;
}

ParlourChances ParlourModel::chances(ParlourBook book, int t) const {
  return chances_of(market_, fill_chance(ParlourRole::seller, book, t),
                    fill_chance(ParlourRole::buyer, book, t));
}

std::array<ParlourChances, parlour_acts> ParlourModel::transitions() const {
  std::array<ParlourChances, parlour_acts> pairs{};
  const auto size = static_cast<std::size_t>(market_.traders) + 1;
  std::vector<double> now(size * size);  // how likely each book is before trader t
  now[0] = 1;
  for (int t = 1; t < market_.traders; ++t) {
    std::vector<double> next(size * size);
    for (int bids = 0; bids < t; ++bids) {
      for (int asks = 0; bids + asks < t; ++asks) {
        const double weight =
            now[static_cast<std::size_t>(bids) * size + static_cast<std::size_t>(asks)];
        if (weight == 0) continue;
        const ParlourChances first = chances({bids, asks}, t);
        for (std::size_t e = 0; e < parlour_acts; ++e) {
          const ParlourBook book = after({bids, asks}, static_cast<ParlourAct>(e));
          next[static_cast<std::size_t>(book.bids) * size + static_cast<std::size_t>(book.asks)] +=
              weight * first[e];
          const ParlourChances second = chances(book, t + 1);
          for (std::size_t f = 0; f < parlour_acts; ++f) {
            pairs[e][f] += weight * second[f] / (market_.traders - 1);
          }
        }
      }
    }
    now = std::move(next);
  }
  return pairs;
}

namespace {

/// Traders whose limit orders rest, by what a fill is worth to them.
struct Resting {
  std::vector<double> gains;
  std::size_t first = 0;
  [[nodiscard]] int size() const { return static_cast<int>(gains.size() - first); }
};

void take(Resting& resting, ParlourDay& day) {
  ++day.trades;
  if (resting.size() == 0) return;  // the crowd's
  day.payoff += resting.gains[resting.first++];
  ++day.filled;
}

void act(const ParlourMarket& m, ParlourAct what, double worth, Resting& bids, Resting& asks,
         ParlourDay& day) {
  switch (what) {
    case ParlourAct::market_buy:
      day.payoff += worth - m.ask;
      return take(asks, day);
    case ParlourAct::market_sell:
      day.payoff += m.bid - worth;
      return take(bids, day);
    case ParlourAct::limit_buy:
      bids.gains.push_back(worth - m.bid);
      break;
    case ParlourAct::limit_sell:
      asks.gains.push_back(m.ask - worth);
      break;
    case ParlourAct::nothing:
      return;
  }
  ++day.limits;
}

}  // namespace

ParlourDay play_day(const ParlourModel& model, CounterRandom& random) {
  const ParlourMarket& m = model.market();
  ParlourDay day;
  Resting bids;
  Resting asks;
  for (int t = 1; t <= m.traders; ++t) {
    const double who = random.uniform();
    const double patience = m.patience_low + (m.patience_high - m.patience_low) * random.uniform();
    if (who >= m.seller_share + m.buyer_share) continue;
    const ParlourRole role = who < m.seller_share ? ParlourRole::seller : ParlourRole::buyer;
    const ParlourBook book{bids.size(), asks.size()};
    const ParlourAct what = model.decide(role, patience, book, t);
    if (what == ParlourAct::limit_buy || what == ParlourAct::limit_sell) {
      day.hoped += model.fill_chance(role, book, t);
    }
    act(m, what, patience * m.value, bids, asks, day);
  }
  return day;
}

}  // namespace mainstay::exchange::models
