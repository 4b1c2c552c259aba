#include "apps/exchange/domain/order_log.hpp"

#include <doctest/doctest.h>

namespace mainstay::exchange::order_log_test {
namespace {

const SymbolId art{1};
const AccountId ann{1000};
const AccountId bob{1001};

/// Says what happened, and lets the log hear it.
struct Story {
  OrderLog log;
  Sequence sequence = 0;
  Event traded;  // the last

  explicit Story(OrderLogOptions options = {}) : log(options) {
    DefineSymbol symbol;
    symbol.id = art;
    symbol.rules.tick_quote = 10;
    tell(AccountId{0}, symbol, {{.kind = EventKind::defined, .symbol = art}});
  }

  void tell(AccountId account, CommandBody body, std::vector<Event> events) {
    ++sequence;
    const Command command{.sequence = sequence,
                          .at = Time{static_cast<std::int64_t>(sequence)},
                          .account = account,
                          .body = std::move(body)};
    log.on_command(command, events);
  }

  OrderId place(AccountId account, std::uint32_t quantity, std::string_view client = {},
                std::vector<Event> behind = {}, PlaceOrder placed = {.symbol = art}) {
    placed.id = OrderId{sequence + 1};
    placed.price = Price{100};
    placed.quantity = Quantity{quantity};
    placed.client = ClientOrderId{client};
    behind.insert(behind.begin(), Event{.kind = EventKind::accepted,
                                        .symbol = placed.symbol,
                                        .order = placed.id,
                                        .account = account,
                                        .price = placed.price,
                                        .quantity = placed.quantity,
                                        .left = placed.quantity});
    for (Event& event : behind) {
      if (event.order == OrderId{}) event.order = placed.id;
    }
    tell(account, placed, behind);
    return placed.id;
  }

  /// A sell of `account` trades with the order `maker` of `owner`.
  OrderId take(AccountId account, OrderId maker, AccountId owner, std::uint32_t quantity,
               std::uint32_t maker_left) {
    traded = {.kind = EventKind::traded,
              .side = Side::sell,
              .symbol = art,
              .order = OrderId{sequence + 1},
              .other = maker,
              .account = account,
              .other_account = owner,
              .trade = TradeId{sequence + 1},
              .price = Price{100},
              .quantity = Quantity{quantity},
              .left = Quantity{0},
              .other_left = Quantity{maker_left},
              .fee = 3,
              .other_fee = -1};
    return place(account, quantity, {}, {traded});
  }

  void bust(Event trade) {
    trade.kind = EventKind::busted;
    tell(AccountId{0}, BustTrade{trade.symbol, trade.trade}, {trade});
  }

  void cancel(AccountId account, OrderId id, std::uint32_t left,
              CancelCause cause = CancelCause::wanted) {
    tell(account, CancelOrder{id},
         {{.kind = EventKind::canceled, .cause = cause, .order = id, .left = Quantity{left}}});
  }
};

TEST_CASE("order log: an order is open, partially filled, filled; its fills say the fees") {
  Story story;
  const OrderId maker = story.place(ann, 10, "a");
  CHECK(story.log.order(maker)->status == OrderStatus::open);
  CHECK(story.log.live(ann, {}).size() == 1);

  const OrderId taker = story.take(bob, maker, ann, 4, 6);
  const OrderRecord& record = *story.log.order(ann, ClientOrderId{"a"});
  CHECK(record.status == OrderStatus::partially_filled);
  CHECK(record.executed == 4);
  CHECK(record.left == Quantity{6});
  CHECK(record.quote == 4 * 100 * 10);
  CHECK(record.fees == -1);
  CHECK(story.log.order(taker)->status == OrderStatus::filled);
  CHECK(story.log.order(taker)->fees == 3);
  CHECK(story.log.live(bob, {}).empty());
  REQUIRE(story.log.fills(ann).size() == 1);
  CHECK(story.log.fills(ann)[0].maker);
  CHECK(story.log.fills(ann)[0].side == Side::buy);
  CHECK(!story.log.fills(bob)[0].maker);

  story.take(bob, maker, ann, 6, 0);
  CHECK(story.log.order(maker)->status == OrderStatus::filled);
  CHECK(story.log.live(ann, {}).empty());
  CHECK(story.log.finished(ann, {}).size() == 1);
  CHECK(story.log.finished(bob, {}).size() == 2);
}

TEST_CASE("order log: what ends an order says which end it is") {
  Story story;
  const OrderId wanted = story.place(ann, 1);
  story.cancel(ann, wanted, 1);
  CHECK(story.log.order(wanted)->status == OrderStatus::canceled);
  const OrderId expired = story.place(ann, 1);
  story.cancel(ann, expired, 1, CancelCause::expired);
  CHECK(story.log.order(expired)->status == OrderStatus::expired);
  const OrderId prevented = story.place(
      ann, 5, {}, {{.kind = EventKind::decremented, .quantity = Quantity{5}, .left = Quantity{0}}});
  CHECK(story.log.order(prevented)->status == OrderStatus::expired);
  CHECK(story.log.order(prevented)->prevented == 5);
}

TEST_CASE("order log: a stop waits, then works") {
  Story story;
  const OrderId stop = story.place(ann, 1, {}, {}, {.symbol = art, .type = OrderType::stop_limit});
  CHECK(story.log.order(stop)->status == OrderStatus::waiting);
  CHECK(story.log.order(stop)->working == Time{0});
  story.tell(bob, AdvanceTime{}, {{.kind = EventKind::triggered, .order = stop}});
  CHECK(story.log.order(stop)->status == OrderStatus::open);
  CHECK(story.log.order(stop)->working == Time{3});
}

TEST_CASE("order log: amendments change price, quantity and client id") {
  Story story;
  const OrderId id = story.place(ann, 10, "a");
  story.tell(
      ann, ReduceOrder{id, Quantity{4}},
      {{.kind = EventKind::reduced, .order = id, .quantity = Quantity{6}, .left = Quantity{6}}});
  CHECK(story.log.order(id)->placed.quantity == Quantity{6});
  AmendOrder amend;
  amend.id = id;
  amend.client = ClientOrderId{"b"};
  story.tell(ann, amend,
             {{.kind = EventKind::amended,
               .order = id,
               .price = Price{90},
               .quantity = Quantity{8},
               .left = Quantity{8}}});
  CHECK(story.log.order(ann, ClientOrderId{"a"}) == nullptr);
  REQUIRE(story.log.order(ann, ClientOrderId{"b"}) != nullptr);
  CHECK(story.log.order(ann, ClientOrderId{"b"})->placed.price == Price{90});
  CHECK(story.log.order(ann, ClientOrderId{"b"})->left == Quantity{8});
}

TEST_CASE("order log: what self-trade prevention took away still counts as placed") {
  Story story;
  const OrderId id =
      story.place(ann, 10, {},
                  {{.kind = EventKind::decremented, .quantity = Quantity{3}, .left = Quantity{7}}});
  const OrderRecord& record = *story.log.order(id);
  const Event smaller{
      .kind = EventKind::reduced, .order = id, .quantity = Quantity{5}, .left = Quantity{5}};
  story.tell(ann, AmendOrder{.id = id, .quantity = Quantity{5}, .client = {}}, {smaller});
  CHECK(record.placed.quantity == Quantity{8});
  CHECK(record.prevented == 3);
  CHECK(record.left == Quantity{5});
  Event other = smaller;
  other.kind = EventKind::amended;
  other.price = Price{90};
  other.quantity = other.left = Quantity{6};
  story.tell(ann, AmendOrder{.id = id, .quantity = Quantity{6}, .client = {}}, {other});
  CHECK(record.placed.quantity == Quantity{9});
}

TEST_CASE("order log: a refused order is kept, but not under its client id") {
  Story story;
  const OrderId first = story.place(ann, 1, "a");
  PlaceOrder again;
  again.id = OrderId{story.sequence + 1};
  again.client = ClientOrderId{"a"};
  story.tell(
      ann, again,
      {{.kind = EventKind::rejected, .reason = Reject::client_order_id_taken, .order = again.id}});
  CHECK(story.log.order(again.id)->status == OrderStatus::rejected);
  CHECK(story.log.order(ann, ClientOrderId{"a"})->placed.id == first);
  PlaceOrder nobody;
  nobody.id = OrderId{story.sequence + 1};
  story.tell(AccountId{7}, nobody,
             {{.kind = EventKind::rejected, .reason = Reject::account_unknown}});
  CHECK(story.log.order(nobody.id) == nullptr);
}

TEST_CASE("order log: FOK and market orders that find nobody expire, and keep their client id") {
  Story story;
  const auto refuse = [&](std::string_view client, Reject reason) {
    PlaceOrder placed;
    placed.id = OrderId{story.sequence + 1};
    placed.symbol = art;
    placed.quantity = Quantity{3};
    placed.client = ClientOrderId{client};
    story.tell(ann, placed, {{.kind = EventKind::rejected, .reason = reason, .order = placed.id}});
    return placed.id;
  };
  const OrderId first = refuse("a", Reject::not_filled_wholly);
  const OrderRecord& record = *story.log.order(ann, ClientOrderId{"a"});
  CHECK(record.placed.id == first);
  CHECK(record.status == OrderStatus::expired);
  CHECK(record.cause == CancelCause::unfilled);
  CHECK(record.left == Quantity{3});
  CHECK(record.working == record.created);
  CHECK(story.log.finished(ann, {}).size() == 1);
  // The newest order of the name, but no finished one in the place of one that lives.
  const OrderId second = refuse("a", Reject::self_trade);
  CHECK(story.log.order(ann, ClientOrderId{"a"})->placed.id == second);
  CHECK(story.log.order(second)->cause == CancelCause::self_trade);
  const OrderId live = story.place(ann, 1, "a");
  const OrderId third = refuse("a", Reject::no_liquidity);
  CHECK(story.log.order(third)->status == OrderStatus::expired);
  CHECK(story.log.order(ann, ClientOrderId{"a"})->placed.id == live);
}

TEST_CASE("order log: a market order by budget is done with its command; its cancel says how") {
  Story story;
  const OrderId maker = story.place(ann, 10);
  const Event trade{.kind = EventKind::traded,
                    .symbol = art,
                    .other = maker,
                    .account = bob,
                    .other_account = ann,
                    .trade = TradeId{1},
                    .price = Price{100},
                    .quantity = Quantity{2},
                    .other_left = Quantity{8}};
  const Event shrunk{.kind = EventKind::decremented, .quantity = Quantity{1}};
  const auto buy = [&](std::vector<Event> events) {
    const PlaceOrder placed{.symbol = art, .type = OrderType::market, .budget = 2'500};
    return *story.log.order(story.place(bob, 0, {}, std::move(events), placed));
  };
  const OrderRecord spent = buy({shrunk, trade});
  CHECK(spent.status == OrderStatus::filled);
  CHECK(spent.executed == 2);
  CHECK(spent.prevented == 1);
  CHECK(spent.quote == 2'000);
  const OrderRecord unfilled =
      buy({trade, {.kind = EventKind::canceled, .cause = CancelCause::unfilled}});
  CHECK(unfilled.status == OrderStatus::expired);
  CHECK(unfilled.executed == 2);
  const OrderRecord prevented =
      buy({shrunk, {.kind = EventKind::canceled, .cause = CancelCause::self_trade}});
  CHECK(prevented.status == OrderStatus::expired);
  CHECK(prevented.cause == CancelCause::self_trade);
  CHECK(story.log.live(bob, {}).empty());
  CHECK(story.log.finished(bob, {}).size() == 3);
}

TEST_CASE("order log: a busted trade counts no more") {
  Story story;
  const OrderId maker = story.place(ann, 10);
  story.take(bob, maker, ann, 4, 6);
  story.bust(story.traded);
  CHECK(story.log.fills(ann)[0].busted);
  CHECK(story.log.fills(bob)[0].busted);
  CHECK(story.log.order(maker)->executed == 0);
  CHECK(story.log.order(maker)->quote == 0);
  CHECK(story.log.order(maker)->fees == 0);
}

TEST_CASE("order log: behind a bust an order is what it would be without the trade") {
  Story story;
  const OrderId maker = story.place(ann, 10);
  const OrderId first = story.take(bob, maker, ann, 4, 6);
  const Event first_trade = story.traded;
  const OrderId second = story.take(bob, maker, ann, 2, 4);
  const Event second_trade = story.traded;
  story.bust(first_trade);
  CHECK(story.log.order(maker)->status == OrderStatus::partially_filled);
  CHECK(story.log.order(first)->status == OrderStatus::canceled);
  CHECK(story.log.order(second)->status == OrderStatus::filled);
  story.bust(second_trade);
  CHECK(story.log.order(maker)->status == OrderStatus::open);
  CHECK(story.log.order(maker)->left == Quantity{4});
  // One that ended otherwise stays as it ended.
  const OrderId third = story.take(bob, maker, ann, 1, 3);
  story.cancel(ann, maker, 3, CancelCause::expired);
  story.bust(story.traded);
  CHECK(story.log.order(maker)->status == OrderStatus::expired);
  CHECK(story.log.order(third)->status == OrderStatus::canceled);
}

TEST_CASE("order log: a trade is taken back also when its fills are kept no more") {
  Story story{{.fills_per_account_max = 1}};
  const OrderId maker = story.place(ann, 10);
  const OrderId first = story.take(bob, maker, ann, 4, 6);
  const Event trade = story.traded;
  story.take(bob, maker, ann, 2, 4);
  story.bust(trade);
  CHECK(story.log.order(maker)->executed == 2);
  CHECK(story.log.order(maker)->quote == 2 * 100 * 10);
  CHECK(story.log.order(maker)->fees == -1);
  CHECK(story.log.order(first)->executed == 0);
  CHECK(story.log.order(first)->fees == 0);
  CHECK(!story.log.fills(ann)[0].busted);
}

TEST_CASE("order log: beyond its bound an account's oldest finished order goes") {
  Story story{{.finished_per_account_max = 2}};
  const OrderId resting = story.place(ann, 1);
  std::vector<OrderId> ids;
  for (int i = 0; i < 3; ++i) {
    ids.push_back(story.place(ann, 1, "same"));
    story.cancel(ann, ids.back(), 1);
  }
  CHECK(story.log.order(ids[0]) == nullptr);
  CHECK(story.log.order(ann, ClientOrderId{"same"})->placed.id == ids[2]);
  CHECK(story.log.finished(ann, {}).front()->placed.id == ids[2]);
  CHECK(story.log.finished_known() == 2);
  CHECK(story.log.order(resting) != nullptr);
  CHECK(story.log.orders_known() == 3);
}

TEST_CASE("order log: a busy account does not push out the others'") {
  Story story{{.finished_max = 3, .fills_max = 4}};
  const OrderId quiet = story.place(ann, 1);
  story.cancel(ann, quiet, 1);
  for (int i = 0; i < 10; ++i) story.cancel(bob, story.place(bob, 1), 1);
  CHECK(story.log.order(quiet) != nullptr);
  CHECK(story.log.finished_known() == 3);
  // Who has none yet gets room from another.
  const AccountId cleo{1002};
  story.cancel(cleo, story.place(cleo, 1), 1);
  CHECK(story.log.finished(cleo, {}).size() == 1);
  CHECK(story.log.finished_known() == 3);

  const OrderId maker = story.place(ann, 100);
  for (std::uint32_t i = 0; i < 10; ++i) story.take(bob, maker, ann, 1, 99 - i);
  CHECK(story.log.fills_known() == 4);
  CHECK(story.log.fills(ann).size() == 2);
  CHECK(story.log.fills(bob).size() == 2);
}

TEST_CASE("order log: live orders of one symbol are found among however many of others") {
  Story story;
  const SymbolId other{2};
  const OrderId first = story.place(ann, 1);
  const OrderId second = story.place(ann, 1);
  for (int i = 0; i < 20'000; ++i) story.place(ann, 1, {}, {}, {.symbol = other});
  const OrderId third = story.place(ann, 1);
  story.place(bob, 1);
  const auto ids = [&](const OrderQuery& query) {
    std::vector<OrderId> out;
    for (const OrderRecord* one : story.log.live(ann, query)) out.push_back(one->placed.id);
    return out;
  };
  CHECK(ids({.symbol = art}) == std::vector{third, second, first});
  CHECK(ids({.symbol = art, .max = 2}) == std::vector{third, second});
  CHECK(ids({.symbol = art, .max = 2, .oldest = true}) == std::vector{first, second});
  CHECK(ids({.symbol = art, .from = second, .oldest = true}) == std::vector{second, third});
  CHECK(ids({.max = 1}) == std::vector{third});
  CHECK(ids({}).size() == 20'003);
  CHECK(ids({.symbol = other, .max = 10'000}).size() == 10'000);
  const Time made = story.log.order(second)->created;
  CHECK(ids({.symbol = art, .created_from = made, .created_to = made}) == std::vector{second});
  story.cancel(ann, second, 1);
  CHECK(ids({.symbol = art}) == std::vector{third, first});
  CHECK(story.log.finished(ann, {.symbol = art}).size() == 1);
  CHECK(story.log.finished(ann, {.symbol = other}).empty());
}

std::string saved(const OrderLog& log) {
  std::string out;
  log.save(out);
  return out;
}

TEST_CASE("order log: saved and loaded it is the same, and goes on") {
  Story story;
  const OrderId maker = story.place(ann, 10, "a");
  story.take(bob, maker, ann, 4, 6);
  story.cancel(ann, story.place(ann, 1, "b"), 1);
  story.place(ann, 1, "b");
  const std::string bytes = saved(story.log);
  auto loaded = OrderLog::load(as_bytes(bytes));
  REQUIRE(loaded.has_value());
  Story other;
  other.log = std::move(*loaded);
  other.sequence = story.sequence;
  CHECK(other.log.order(ann, ClientOrderId{"b"})->status == OrderStatus::open);
  CHECK(other.log.order(maker)->executed == 4);
  CHECK(other.log.fills(bob).size() == 1);
  for (Story* one : {&story, &other}) one->take(bob, maker, ann, 6, 0);
  CHECK(other.log.order(maker)->status == OrderStatus::filled);
  CHECK(other.log.order(maker)->quote == story.log.order(maker)->quote);
  CHECK(saved(other.log).size() == saved(story.log).size());
}

}  // namespace
}  // namespace mainstay::exchange::order_log_test
