#include "apps/exchange/domain/stream_matcher.hpp"

#include <cstdint>
#include <list>
#include <map>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/random.hpp"

namespace mainstay::exchange::stream_matcher_test {

namespace {

/// The same by lists in maps, and by walking through them: easy to believe.
class NaiveMatcher {
 public:
  void apply(const StreamRecord& r) {
    const auto found = places_.find(r.id);
    if (r.op == StreamOp::place ? found != places_.end() || r.quantity == 0
                                : found == places_.end()) {
      ++totals.ignored;
    } else if (r.op == StreamOp::place) {
      enter({r.id, r.quantity}, {r.symbol, r.side, r.price}, r.tif == 0);
    } else {
      const auto [place, order] = take_out(r.id);
      const auto [symbol, side, price] = place;
      if (r.op == StreamOp::move) {
        enter(order, {symbol, side, r.price}, true);
      } else if (r.op == StreamOp::reduce && r.quantity < order.left) {
        enter({r.id, order.left - r.quantity}, place, true, put_back_);
      }
    }
  }
  MatchTotals totals;
  [[nodiscard]] std::size_t live() const { return places_.size(); }

 private:
  struct Order {
    std::uint64_t id;
    std::uint32_t left;
  };
  using Queue = std::list<Order>;
  struct Place {
    std::uint32_t symbol;
    std::uint8_t side;
    std::uint32_t price;
  };

  std::pair<Place, Order> take_out(std::uint64_t id) {
    const Place place = places_.at(id);
    auto& levels = books_[{place.symbol, place.side}];
    Queue& queue = levels.at(place.price);
    auto at = queue.begin();
    while (at->id != id) ++at;
    const Order order = *at;
    put_back_ = static_cast<std::size_t>(std::distance(queue.begin(), at));
    queue.erase(at);
    if (queue.empty()) levels.erase(place.price);
    places_.erase(id);
    return {place, order};
  }
  static constexpr std::size_t at_end = ~std::size_t{0};

  void enter(Order taker, const Place& place, bool rests, std::size_t position = at_end) {
    auto& makers = books_[{place.symbol, static_cast<std::uint8_t>(1 - place.side)}];
    while (taker.left > 0 && !makers.empty()) {
      auto& [price, queue] = place.side == 0 ? *makers.begin() : *makers.rbegin();
      if (place.side == 0 ? price > place.price : price < place.price) break;
      Order& maker = queue.front();
      const std::uint32_t traded = std::min(taker.left, maker.left);
      totals.add(maker.id, taker.id, traded, price);
      taker.left -= traded;
      maker.left -= traded;
      if (maker.left == 0) take_out(maker.id);
    }
    if (taker.left == 0 || !rests) return;
    Queue& queue = books_[{place.symbol, place.side}][place.price];
    auto at = queue.end();
    if (position != at_end) at = std::next(queue.begin(), static_cast<std::ptrdiff_t>(position));
    queue.insert(at, taker);
    places_[taker.id] = place;
  }

  std::map<std::pair<std::uint32_t, std::uint8_t>, std::map<std::uint32_t, Queue>> books_;
  std::map<std::uint64_t, Place> places_;
  std::size_t put_back_ = 0;
};

struct Mix {
  std::uint32_t symbols = 1;
  std::uint32_t price_low = 1'000;
  std::uint32_t price_width = 20;
  std::uint32_t price_step = 1;
  std::uint64_t id_factor = 1;  // odd: ids stay unique
  std::uint64_t live_aim = 200;
};

std::vector<StreamRecord> random_stream(const Mix& mix, std::uint64_t seed, std::size_t count) {
  Random random{seed};
  std::vector<StreamRecord> records;
  std::uint64_t placed = 0;
  const auto small = [&](std::uint64_t bound) {
    return static_cast<std::uint32_t>(random.below(bound));
  };
  while (records.size() < count) {
    StreamRecord record;
    record.symbol = small(mix.symbols) * 0x9E3779B1U;
    record.side = static_cast<std::uint8_t>(small(2));
    record.price = mix.price_low + mix.price_step * small(mix.price_width);
    record.quantity = small(50) == 0 ? 0 : 1 + small(100);
    const std::uint64_t dice = random.below(100);
    if (dice < 50) {
      record.tif = dice < 5;
      record.id = placed++ * mix.id_factor;
      if (dice == 49) record.id = random.below(placed) * mix.id_factor;  // perhaps live
    } else {
      record.op = dice < 65 ? StreamOp::cancel : dice < 80 ? StreamOp::reduce : StreamOp::move;
      const std::uint64_t back = std::min(placed, mix.live_aim);
      record.id = (placed - random.below(back + 1)) * mix.id_factor;  // perhaps not live any more
    }
    records.push_back(record);
  }
  return records;
}

void check_same(const Mix& mix, std::size_t count) {
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    const auto records = random_stream(mix, seed, count);
    NaiveMatcher naive;
    for (const StreamRecord& record : records) naive.apply(record);
    StreamMatcher matcher;
    matcher.apply(records);
    CHECK(naive.totals.fills > count / 20);
    CHECK(matcher.totals() == naive.totals);
    CHECK(matcher.live_orders() == naive.live());
  }
}

StreamRecord place(std::uint64_t id, std::uint8_t side, std::uint32_t price,
                   std::uint32_t quantity) {
  return {.side = side, .id = id, .price = price, .quantity = quantity};
}

}  // namespace

TEST_CASE("stream matcher: the hash is that of the fills in their order") {
  const StreamRecord records[] = {place(7, 1, 100, 5), place(0, 0, 101, 3)};
  StreamMatcher matcher;
  matcher.apply(records);
  std::uint64_t expected = 1469598103934665603U;
  expected ^= 7 * 0x9E3779B97F4A7C15U + 3 * 0x165667B19E3779F9U + 100;
  expected *= 1099511628211U;
  CHECK(matcher.totals().hash == expected);
  CHECK(matcher.totals().fills == 1);
  CHECK(matcher.totals().quantity == 3);
  CHECK(StreamMatcher{}.totals().hash == 1469598103934665603U);
}

TEST_CASE("stream matcher: what a move, a reduction and an unknown id do") {
  const auto id_of_next_maker = [](std::vector<StreamRecord> records) {
    records.push_back(place(99, 1, 1, 1));  // sells one at any price
    NaiveMatcher naive;
    for (const StreamRecord& record : records) naive.apply(record);
    StreamMatcher matcher;
    matcher.apply(records);
    CHECK(matcher.totals() == naive.totals);
    for (std::uint64_t id = 0; id < 10; ++id) {
      MatchTotals one;
      one.add(id, 99, 1, 50);
      if (one.hash == matcher.totals().hash) return id;
    }
    return std::uint64_t{10};
  };
  const StreamRecord first = place(1, 0, 50, 5);
  const StreamRecord second = place(2, 0, 50, 5);
  const auto change = [](StreamOp op, std::uint64_t id, std::uint32_t number) {
    return StreamRecord{.op = op, .id = id, .price = number, .quantity = number};
  };
  CHECK(id_of_next_maker({first, second}) == 1);
  CHECK(id_of_next_maker({first, second, change(StreamOp::reduce, 1, 4)}) == 1);
  CHECK(id_of_next_maker({first, second, change(StreamOp::reduce, 1, 5)}) == 2);
  CHECK(id_of_next_maker({first, second, change(StreamOp::reduce, 1, 0)}) == 1);
  CHECK(id_of_next_maker({first, second, change(StreamOp::move, 1, 50)}) == 2);
  CHECK(id_of_next_maker({first, second, change(StreamOp::move, 1, 49)}) == 2);
  CHECK(id_of_next_maker({first, second, change(StreamOp::cancel, 1, 0)}) == 2);
  CHECK(id_of_next_maker({first, second, change(StreamOp::cancel, 3, 0)}) == 1);
}

TEST_CASE("stream matcher: agrees with lists and maps on streams of all kinds") {
  check_same({}, 4'000);
  check_same({.price_low = 0}, 4'000);
  check_same({.price_low = 0xFFFFFFFFU - 19}, 4'000);
  check_same({.price_low = 0, .price_width = 20, .price_step = 0x0C000000}, 4'000);
  check_same({.symbols = 100}, 10'000);
  check_same({.price_width = 1, .live_aim = 1'000}, 4'000);
  check_same({.id_factor = 0x9E3779B97F4A7C15U}, 4'000);
  check_same({.id_factor = 0xFFFFFFFFFFFFFFFFU}, 4'000);
}

TEST_CASE("stream matcher: agrees with lists and maps when it reads ahead") {
  // Most orders live for long, so that the matcher finds more than caches hold.
  check_same({.symbols = 2'000, .price_width = 100, .live_aim = 100'000}, 100'000);
}

}  // namespace mainstay::exchange::stream_matcher_test
