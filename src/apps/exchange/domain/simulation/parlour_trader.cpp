#include "apps/exchange/domain/simulation/parlour_trader.hpp"

#include <algorithm>

namespace mainstay::exchange::simulation {
namespace {

int queue_of(const Level& level, std::uint32_t lots, int most) {
  return static_cast<int>(
      std::min<std::uint64_t>(level.quantity / lots, static_cast<std::uint64_t>(most)));
}

}  // namespace

void ParlourTrader::rest(Desk& desk) const {
  desk.wake_in(exponential_ns(desk.random(), options_.visits_per_second));
}

void ParlourTrader::on_wake(Desk& desk) {
  const std::int64_t today = desk.now() / options_.day_ns;
  if (today != day_) {
    day_ = today;
    while (live_.size() > 0) desk.cancel(options_.symbol, live_.take(live_.size() - 1));
  }
  const models::ParlourMarket& market = model_->market();
  auto& random = desk.random();
  const double who = random.uniform();
  const double patience =
      market.patience_low + (market.patience_high - market.patience_low) * random.uniform();
  if (who < market.seller_share + market.buyer_share) {
    const auto role =
        who < market.seller_share ? models::ParlourRole::seller : models::ParlourRole::buyer;
    const Top& top = desk.top(options_.symbol);
    const int most = market.traders / 2;
    const models::ParlourBook book{queue_of(top.bid, options_.lots, most),
                                   queue_of(top.ask, options_.lots, most)};
    const double hour =
        static_cast<double>(desk.now() % options_.day_ns) / static_cast<double>(options_.day_ns);
    act(desk, model_->decide(role, patience, book, 1 + static_cast<int>(hour * market.traders)));
  }
  rest(desk);
}

void ParlourTrader::act(Desk& desk, models::ParlourAct what) {
  const Top& top = desk.top(options_.symbol);
  const std::uint32_t anchor = options_.anchor.get();
  const Price bid{top.bid.price.get() > 0   ? top.bid.price.get()
                  : top.ask.price.get() > 1 ? top.ask.price.get() - 1
                                            : anchor};
  const Price ask{top.ask.price.get() > 0 ? top.ask.price.get() : bid.get() + 1};
  const Quantity lots{options_.lots};
  switch (what) {
    case models::ParlourAct::market_buy:
      desk.place(options_.symbol, OrderAct::immediate, Side::buy, ask, lots);
      return;
    case models::ParlourAct::market_sell:
      desk.place(options_.symbol, OrderAct::immediate, Side::sell, bid, lots);
      return;
    case models::ParlourAct::nothing:
      return;
    case models::ParlourAct::limit_buy:
    case models::ParlourAct::limit_sell:
      break;
  }
  if (live_.full()) desk.cancel(options_.symbol, live_.take(0));
  const bool buys = what == models::ParlourAct::limit_buy;
  live_.add(desk.place(options_.symbol, OrderAct::post_only, buys ? Side::buy : Side::sell,
                       buys ? bid : ask, lots));
}

}  // namespace mainstay::exchange::simulation
