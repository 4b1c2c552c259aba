#include "apps/exchange/domain/models/dealer.hpp"

#include <array>
#include <cmath>

#include <doctest/doctest.h>

#include "apps/exchange/domain/models/counter_random.hpp"
#include "apps/exchange/domain/models/model_errc.hpp"

namespace mainstay::exchange::models::dealer_test {
namespace {

DealerMarket golden_market() {
  return {.alpha = 100,
          .gamma = 2,
          .beta = -20,
          .phi = 1.5,
          .w_mean = 3,
          .w_variance = 4,
          .e_mean = 2,
          .e_variance = 3,
          .price_mean = 45,
          .price_variance = 9,
          .rate = .01,
          .cash_aversion = .05,
          .risk_aversion = .02};
}

Dealer dealer_of(const DealerMarket& market) { return Dealer::make(market).value(); }

DealerMarket random_market(CounterRandom& random) {
  DealerMarket market = golden_market();
  for (double* one :
       {&market.alpha, &market.gamma, &market.beta, &market.phi, &market.w_mean, &market.w_variance,
        &market.e_mean, &market.e_variance, &market.price_mean, &market.price_variance,
        &market.rate, &market.cash_aversion, &market.risk_aversion}) {
    *one *= .5 + random.uniform();
  }
  return market;
}

double spread(DealerQuotes quotes) { return quotes.ask - quotes.bid; }

}  // namespace

TEST_CASE("dealer: the derivation's golden numbers") {
  const Dealer dealer = dealer_of(golden_market());
  struct Row {
    double inventory, ask, bid;
  };
  for (const Row row :
       {Row{-20, 46.686, 27.877}, Row{0, 45.367, 26.558}, Row{20, 44.049, 25.239}}) {
    const auto quotes = dealer.quotes(row.inventory);
    CHECK(std::abs(quotes.ask - row.ask) < 6e-4);
    CHECK(std::abs(quotes.bid - row.bid) < 6e-4);
    CHECK(std::abs(spread(quotes) - 18.8095) < 6e-5);
  }
}

TEST_CASE("dealer: the gradient of the objective is 0 at the quotes, and they are its top") {
  CounterRandom random{1, 1};
  for (int round = 0; round < 50; ++round) {
    const Dealer dealer = dealer_of(random_market(random));
    const double inventory = 40 * random.uniform() - 20;
    const auto best = dealer.quotes(inventory);
    const double top = dealer.objective(inventory, best);
    constexpr double step = 1e-3;
    for (const auto [a, b] :
         {std::array{step, 0.0}, std::array{0.0, step}, std::array{step, step}}) {
      const double up = dealer.objective(inventory, {best.ask + a, best.bid + b});
      const double down = dealer.objective(inventory, {best.ask - a, best.bid - b});
      CHECK(std::abs(up - down) / (2 * step) < 1e-5);
      CHECK(up < top);
      CHECK(down < top);
    }
  }
}

TEST_CASE("dealer: a risk-neutral one quotes by the closed form") {
  auto market = golden_market();
  market.cash_aversion = 0;
  market.risk_aversion = 0;
  const double value = 1.01 * 45;
  for (const double inventory : {-30.0, 0.0, 50.0}) {
    const auto quotes = dealer_of(market).quotes(inventory);
    CHECK(quotes.ask == doctest::Approx(103 / 4.0 + value / 2));
    CHECK(quotes.bid == doctest::Approx(18 / 3.0 + value / 2));
    CHECK(spread(quotes) == doctest::Approx(103 / 4.0 - 18 / 3.0));
  }
}

TEST_CASE("dealer: with even risks and a known price the spread narrows as caution grows") {
  auto market = golden_market();
  market.price_variance = 0;
  market.w_variance = 4;
  market.e_variance = 3;  // gamma * 3 = phi * 4 = 6 = H
  double last = 1e9;
  for (const double c : {0.0, .05, .2, 1.0, 5.0}) {
    market.cash_aversion = c;
    const double now = spread(dealer_of(market).quotes(7));
    CHECK(now == doctest::Approx((1.5 * 103 + 2 * -18) / (2 * 2 * 1.5 + c * 6)));
    CHECK(now < last);
    last = now;
  }
}

TEST_CASE("dealer: more inventory lowers both quotes and moves the spread much less") {
  CounterRandom random{2, 1};
  for (int round = 0; round < 50; ++round) {
    const Dealer dealer = dealer_of(random_market(random));
    const auto before = dealer.quotes(0);
    const auto behind = dealer.quotes(10);
    CHECK(behind.ask < before.ask);
    CHECK(behind.bid < before.bid);
    const double placed = (before.ask + before.bid - behind.ask - behind.bid) / 2;
    CHECK(std::abs(spread(behind) - spread(before)) < placed / 2);
  }
}

TEST_CASE("dealer: when no change is expected the repurchase price lies between the quotes") {
  auto market = golden_market();
  market.cash_aversion = 0;
  market.risk_aversion = 0;
  const double value = 1.01 * 45;
  // By the closed form no change is expected for this beta.
  market.beta = 103 - 2 - value * 3.5;
  const auto level = dealer_of(market).quotes(0);
  CHECK(std::abs(market.beta + 2 + 1.5 * level.bid - (103 - 2 * level.ask)) < 1e-9);
  CHECK(value == doctest::Approx((2 * level.ask + 1.5 * level.bid) / 3.5));
  CHECK(level.bid < value);
  CHECK(value < level.ask);
}

TEST_CASE("dealer: the value behind a period is the slope of what the last one is worth") {
  const Dealer dealer = dealer_of(golden_market());
  const auto worth = [&](double inventory) {
    return dealer.objective(inventory, dealer.quotes(inventory));
  };
  const auto value = dealer.value_behind(1);
  for (const double inventory : {-15.0, 0.0, 25.0}) {
    const double slope = (worth(inventory + .01) - worth(inventory - .01)) / .02;
    CHECK(slope == doctest::Approx(value.marginal - value.curvature * inventory).epsilon(1e-6));
  }
  CHECK(value.curvature > 0);
  CHECK(value.curvature < dealer.value_behind(0).curvature);  // another chance to trade
}

TEST_CASE("dealer: two periods, checked against searching both periods' quotes") {
  const auto market = golden_market();
  const Dealer dealer = dealer_of(market);
  // The expected worth of the first period's quotes: cash now, less its risk, and the last period
  // with whatever inventory comes of it. The worth is quadratic, so three points of each flow with
  // the right mean and variance give its expectation exactly.
  const auto worth = [&](double inventory, DealerQuotes quotes) {
    const double sold = 103 - 2 * quotes.ask;
    const double bought = -18 + 1.5 * quotes.bid;
    const double cash = quotes.ask * sold - quotes.bid * bought;
    const double risk = quotes.ask * quotes.ask * 4 + quotes.bid * quotes.bid * 3;
    double behind = 0;
    const double step = std::sqrt(4.0 + 3.0);  // w and e together
    for (const double shock : {-step, step}) {
      const double left = inventory + bought - sold + shock;
      behind += dealer.objective(left, dealer.quotes(left)) / 2;
    }
    return cash - market.cash_aversion / 2 * risk + behind;
  };
  for (const double inventory : {-10.0, 0.0, 30.0}) {
    const auto best = dealer.quotes(inventory, 1);
    const double top = worth(inventory, best);
    for (const auto [a, b] : {std::array{.02, 0.0}, std::array{0.0, .02}, std::array{.02, -.02}}) {
      const double up = worth(inventory, {best.ask + a, best.bid + b});
      const double down = worth(inventory, {best.ask - a, best.bid - b});
      CHECK(up < top);
      CHECK(down < top);
      CHECK(std::abs(up - down) < 1e-6);
    }
  }
}

TEST_CASE("dealer: many periods settle; earlier ones lean less against inventory") {
  const Dealer dealer = dealer_of(golden_market());
  double last = 1e9;
  for (int left = 0; left < 20; ++left) {
    const double lean = dealer.quotes(0, left).ask - dealer.quotes(10, left).ask;
    CHECK(lean > 0);
    CHECK(lean < last);
    last = lean;
  }
  CHECK(std::isfinite(dealer.quotes(0, 10'000).ask));
}

TEST_CASE("dealer: parameters out of range are refused by name") {
  const auto refused = [](auto change, const char* word) {
    auto market = golden_market();
    change(market);
    const auto made = Dealer::make(market);
    REQUIRE(made.has_error());
    CHECK(made.error().is(ModelErrc::parameters_invalid));
    CHECK(made.error().detail().starts_with(word));
  };
  refused([](auto& m) { m.gamma = 0; }, "gamma");
  refused([](auto& m) { m.phi = -1; }, "phi");
  refused([](auto& m) { m.alpha = std::nan(""); }, "alpha");
  refused([](auto& m) { m.w_variance = -1; }, "w_variance");
  refused([](auto& m) { m.risk_aversion = 1e300; }, "risk_aversion");
}

TEST_CASE("dealer: demand lines from a book's cumulative depth") {
  // 100 - 2 p at 44, 43, 42, 41, and -20 + 1.5 p at 46, 48, 50.
  const std::array buys{DepthPoint{44, 12}, DepthPoint{43, 2}, DepthPoint{42, 2},
                        DepthPoint{41, 2}};
  const auto demand = fitted_demand(buys);
  REQUIRE(demand.has_value());
  CHECK(demand->at_zero == doctest::Approx(100));
  CHECK(demand->slope == doctest::Approx(-2));
  const std::array sells{DepthPoint{46, 49}, DepthPoint{48, 3}, DepthPoint{50, 3}};
  const auto supply = fitted_demand(sells);
  CHECK(supply->at_zero == doctest::Approx(-20));
  CHECK(supply->slope == doctest::Approx(1.5));
  CHECK(fitted_demand(std::span{buys}.first(1)).has_error());
  const std::array twice{DepthPoint{44, 1}, DepthPoint{44, 1}};
  CHECK(fitted_demand(twice).has_error());
}

TEST_CASE("dealer: the part of market orders from recent periods") {
  const std::array<std::int64_t, 4> lots{1, 3, 5, 3};
  CHECK(flow_moments(lots).mean == doctest::Approx(3));
  CHECK(flow_moments(lots).variance == doctest::Approx(2));
  CHECK(flow_moments({}).mean == 0);
}

TEST_CASE("dealer: quotes in ticks are never better than meant, never crossed, never below one") {
  CHECK(to_ticks({45.367, 26.558}, 1000).ask_ticks == 46);
  CHECK(to_ticks({45.367, 26.558}, 1000).bid_ticks == 26);
  const auto same = to_ticks({30, 30}, 1000);
  CHECK(same.ask_ticks == 31);
  CHECK(same.bid_ticks == 30);
  const auto low = to_ticks({-7, -9}, 1000);
  CHECK(low.bid_ticks == 1);
  CHECK(low.ask_ticks == 2);
  const auto high = to_ticks({1e12, 1e12}, 1000);
  CHECK(high.bid_ticks == 999);
  CHECK(high.ask_ticks == 1000);
}

}  // namespace mainstay::exchange::models::dealer_test
