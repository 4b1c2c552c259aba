#include "apps/exchange/domain/models/parlour.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "apps/exchange/domain/models/model_errc.hpp"

namespace mainstay::exchange::models::parlour_test {
namespace {

using enum ParlourAct;

ParlourMarket even_market(int traders) {
  ParlourMarket market;
  market.bid = 5;
  market.value = 5.5;
  market.ask = 6;
  market.traders = traders;
  return market;
}

const ParlourModel& day_of_forty() {
  static const ParlourModel model = ParlourModel::make(even_market(40)).value();
  return model;
}

double of(const ParlourChances& chances, ParlourAct act) {
  return chances[static_cast<std::size_t>(act)];
}

}  // namespace

TEST_CASE("parlour: the last trader's limit order is never filled, so it trades or leaves") {
  const auto model = ParlourModel::make(even_market(5)).value();
  CHECK(model.fill_chance(ParlourRole::seller, {0, 0}, 5) == 0);
  CHECK(model.decide(ParlourRole::seller, .9, {2, 2}, 5) == market_sell);  // .9 * 5.5 < 5
  CHECK(model.decide(ParlourRole::seller, .95, {2, 2}, 5) == nothing);
  CHECK(model.decide(ParlourRole::buyer, 1.1, {2, 2}, 5) == market_buy);  // 1.1 * 5.5 > 6
  CHECK(model.decide(ParlourRole::buyer, 1.05, {2, 2}, 5) == nothing);
}

TEST_CASE("parlour: the last but one, worked out by hand") {
  // A lone limit sell is filled if the last trader is a buyer who trades at once: patience above
  // 6 / 5.5, evenly from 0 to 2.
  const auto model = ParlourModel::make(even_market(2)).value();
  const double p = .5 * (2 - 6 / 5.5) / 2;
  CHECK(model.fill_chance(ParlourRole::seller, {0, 0}, 1) == doctest::Approx(p));
  const double cut = (5 - p * 6) / ((1 - p) * 5.5);
  CHECK(model.decide(ParlourRole::seller, cut - 1e-9, {0, 0}, 1) == market_sell);
  CHECK(model.decide(ParlourRole::seller, cut + 1e-9, {0, 0}, 1) == limit_sell);
  CHECK(model.decide(ParlourRole::seller, 6 / 5.5 + 1e-9, {0, 0}, 1) == nothing);
  CHECK(of(model.chances({0, 0}, 1), market_sell) == doctest::Approx(.5 * cut / 2));
}

TEST_CASE("parlour: decisions maximise the payoff") {
  const auto& model = day_of_forty();
  const auto& m = model.market();
  CounterRandom random{1, 1};
  for (int round = 0; round < 2'000; ++round) {
    const int t = static_cast<int>(random.between(1, 40));
    const ParlourBook book{static_cast<int>(random.between(0, t / 2)),
                           static_cast<int>(random.between(0, t / 2))};
    const double patience = 2 * random.uniform();
    const double worth = patience * m.value;
    const double sell_p = model.fill_chance(ParlourRole::seller, book, t);
    const double buy_p = model.fill_chance(ParlourRole::buyer, book, t);
    const auto best = [&](double at_once, double limit, ParlourAct market, ParlourAct rest) {
      if (at_once <= 0 && limit <= 0) return nothing;
      return at_once > limit ? market : rest;
    };
    CHECK(model.decide(ParlourRole::seller, patience, book, t) ==
          best(m.bid - worth, sell_p * (m.ask - worth), market_sell, limit_sell));
    CHECK(model.decide(ParlourRole::buyer, patience, book, t) ==
          best(worth - m.ask, buy_p * (worth - m.bid), market_buy, limit_buy));
  }
}

TEST_CASE("parlour: a market that is the same from both sides is solved the same") {
  const auto& model = day_of_forty();
  for (int t = 1; t <= 40; ++t) {
    for (int bids = 0; bids < t; ++bids) {
      const int asks = (t - 1 - bids) / 2;
      CHECK(model.fill_chance(ParlourRole::seller, {bids, asks}, t) ==
            doctest::Approx(model.fill_chance(ParlourRole::buyer, {asks, bids}, t)));
    }
  }
}

TEST_CASE("parlour: chances fall with the own queue and rise with the other one") {
  const auto& model = day_of_forty();
  for (int t = 12; t <= 39; ++t) {
    for (int bids = 0; bids < 5; ++bids) {
      for (int asks = 0; asks < 5; ++asks) {
        const double here = model.fill_chance(ParlourRole::seller, {bids, asks}, t);
        CHECK(model.fill_chance(ParlourRole::seller, {bids, asks + 1}, t) <= here + 1e-12);
        CHECK(model.fill_chance(ParlourRole::seller, {bids + 1, asks}, t) >= here - 1e-12);
      }
    }
  }
}

TEST_CASE("parlour: as many limit orders are filled as was hoped for") {
  const auto& model = day_of_forty();
  CounterRandom random{2, 1};
  double hoped = 0;
  int filled = 0;
  int limits = 0;
  for (int day = 0; day < 800; ++day) {
    const auto one = play_day(model, random);
    hoped += one.hoped;
    filled += one.filled;
    limits += one.limits;
  }
  CHECK(limits > 5'000);
  CHECK(std::abs(filled - hoped) < 4 * std::sqrt(hoped));
}

TEST_CASE("parlour, prediction: trades at one side follow each other") {
  const auto table = day_of_forty().transitions();
  CHECK(of(table[0], market_buy) > 1.2 * of(table[1], market_buy));
  CHECK(of(table[1], market_sell) > 1.2 * of(table[0], market_sell));
  for (const auto& row : table) {
    double sum = 0;
    for (const double one : row) sum += one;
    CHECK(sum == doctest::Approx(1));
  }
}

TEST_CASE("parlour, prediction: a limit buy is less likely right after a limit buy") {
  const auto table = day_of_forty().transitions();
  const auto after_limit_buy = of(table[static_cast<std::size_t>(limit_buy)], limit_buy);
  for (const auto other : {market_buy, market_sell, limit_sell}) {
    CHECK(after_limit_buy < of(table[static_cast<std::size_t>(other)], limit_buy));
  }
}

TEST_CASE("parlour, prediction: the order of what a limit sell follows") {
  // P(LS|LS) < P(LS|trade at bid) < P(LS|LB), and likeliest of all after a trade at the ask:
  // whatever the book was, and on average.
  const auto& model = day_of_forty();
  for (int t = 8; t <= 38; ++t) {
    for (int bids = 1; bids < 4; ++bids) {
      for (int asks = 1; asks < 4; ++asks) {
        const auto next = [&](ParlourAct first) {
          return of(model.chances(after({bids, asks}, first), t + 1), limit_sell);
        };
        CHECK(next(limit_sell) <= next(market_sell) + 1e-12);
        CHECK(next(market_sell) <= next(limit_buy) + 1e-12);
        CHECK(next(limit_buy) <= next(market_buy) + 1e-12);
      }
    }
  }
  const auto table = model.transitions();
  const auto share = [&](ParlourAct first) {
    return of(table[static_cast<std::size_t>(first)], limit_sell);
  };
  CHECK(share(limit_sell) < share(market_sell));
  CHECK(share(market_sell) < share(limit_buy));
  CHECK(share(limit_buy) < share(market_buy));
}

TEST_CASE("parlour: what makes no market is refused") {
  const auto refused = [](auto change) {
    auto market = even_market(10);
    change(market);
    return ParlourModel::make(market).has_error();
  };
  CHECK(refused([](auto& m) { m.bid = 5.5; }));
  CHECK(refused([](auto& m) { m.ask = std::nan(""); }));
  CHECK(refused([](auto& m) { m.seller_share = .6; }));
  CHECK(refused([](auto& m) { m.patience_high = 0; }));
  CHECK(refused([](auto& m) { m.traders = 0; }));
  CHECK(refused([](auto& m) { m.traders = 65; }));
  CHECK_FALSE(refused([](auto&) {}));
}

}  // namespace mainstay::exchange::models::parlour_test
