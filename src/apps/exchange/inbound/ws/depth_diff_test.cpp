#include "apps/exchange/inbound/ws/depth_diff.hpp"

#include <doctest/doctest.h>

#include "base/random.hpp"

namespace mainstay::exchange::depth_diff_test {
namespace {

using Book = std::map<Price, std::uint64_t>;

/// A book as a client keeps it.
struct Client {
  Book bids, asks;
  Sequence last = 0;
  void apply(const DepthDiff& diff) {
    CHECK(diff.after == last);
    last = diff.last;
    for (const auto& [price, quantity] : diff.bids) set(bids, price, quantity);
    for (const auto& [price, quantity] : diff.asks) set(asks, price, quantity);
  }
  static void set(Book& book, Price price, std::uint64_t quantity) {
    if (quantity == 0) {
      book.erase(price);
    } else {
      book[price] = quantity;
    }
  }
};

DepthView view(Sequence sequence, const Book& bids, const Book& asks) {
  DepthView out;
  out.sequence = sequence;
  for (auto it = bids.rbegin(); it != bids.rend(); ++it)
    out.bids.push_back({it->first, it->second, 1});
  for (const auto& [price, quantity] : asks) out.asks.push_back({price, quantity, 1});
  return out;
}

TEST_CASE("depth diff: a client that applies each has the book, also when some came as one") {
  Random random{7};
  Book bids, asks;
  Client each, slow;
  DepthView before = view(0, bids, asks);
  DepthDiff pending;
  for (Sequence sequence = 1; sequence <= 2'000; ++sequence) {
    for (std::uint64_t i = random.below(4); i > 0; --i) {
      Book& book = random.below(2) == 0 ? bids : asks;
      Client::set(book, Price{static_cast<std::uint32_t>(1 + random.below(30))}, random.below(4));
    }
    const DepthView now = view(sequence, bids, asks);
    const DepthDiff diff = difference(before, now);
    before = now;
    each.apply(diff);
    CHECK((each.bids == bids && each.asks == asks));
    if (pending.last == 0) {
      pending = diff;
    } else {
      pending.append(diff);
    }
    if (random.below(5) != 0) continue;
    slow.apply(pending);
    CHECK((slow.bids == bids && slow.asks == asks));
    pending = {};
  }
}

TEST_CASE("depth diff: who took a snapshot in the middle has the book too") {
  Random random{11};
  Book bids, asks;
  for (int round = 0; round < 300; ++round) {
    const DepthView begin = view(10, bids, asks);
    const auto change = [&] {
      for (std::uint64_t i = random.below(6); i > 0; --i) {
        Book& book = random.below(2) == 0 ? bids : asks;
        Client::set(book, Price{static_cast<std::uint32_t>(1 + random.below(8))}, random.below(3));
      }
    };
    change();
    const DepthView middle = view(11, bids, asks);
    Client client{bids, asks, 10};  // what a client takes from it; its rule lets the next one pass
    change();
    const DepthView end = view(12, bids, asks);
    DepthDiff diff = difference(begin, end);
    add_prices(diff, difference_within(begin, middle), end);
    client.apply(diff);
    CHECK((client.bids == bids && client.asks == asks));
  }
}

TEST_CASE("depth diff: of a snapshot of few levels what is worse is not compared") {
  const DepthView whole = view(3, {{Price{10}, 5}, {Price{9}, 1}, {Price{8}, 1}}, {{Price{11}, 2}});
  DepthView part = view(4, {{Price{10}, 5}, {Price{9}, 2}}, {{Price{11}, 2}});
  part.levels_max = 2;
  const DepthDiff diff = difference_within(whole, part);
  CHECK(diff.bids == Book{{Price{9}, 2}});
  CHECK(diff.asks.empty());
}

TEST_CASE("depth diff: levels are shown best first, gone ones with nothing") {
  const DepthDiff diff = difference(view(3, {{Price{10}, 5}, {Price{9}, 1}}, {{Price{11}, 2}}),
                                    view(8, {{Price{10}, 4}, {Price{8}, 1}}, {{Price{11}, 2}}));
  CHECK(diff.after == 3);
  CHECK(diff.last == 8);
  const auto bids = changed_bids(diff);
  REQUIRE(bids.size() == 3);
  CHECK(bids[0].price == Price{10});
  CHECK(bids[0].quantity == 4);
  CHECK(bids[1].price == Price{9});
  CHECK(bids[1].quantity == 0);
  CHECK(bids[2].price == Price{8});
  CHECK(changed_asks(diff).empty());
  CHECK(difference(view(3, {}, {}), view(4, {}, {})).empty());
}

}  // namespace
}  // namespace mainstay::exchange::depth_diff_test
