#include "apps/exchange/inbound/fix/order_table.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace mainstay::exchange::fix::order_table_test {
namespace {

FixOrder order(std::uint64_t id, std::string client, char status = '0') {
  FixOrder made;
  made.id = OrderId{id};
  made.session = 1;
  made.client = std::move(client);
  made.status = status;
  return made;
}

TEST_CASE("fix orders: found by id, and by the newest client id of their session") {
  OrderTable table;
  table.put(order(7, "a"));
  CHECK(table.find(OrderId{7})->client == "a");
  CHECK(table.find(1, "a")->id == OrderId{7});
  CHECK(table.find(2, "a") == nullptr);
  table.put(order(7, "b"));
  CHECK(table.find(1, "a") == nullptr);
  CHECK(table.find(1, "b")->id == OrderId{7});
  CHECK(table.find(OrderId{8}) == nullptr);
}

TEST_CASE("fix orders: a client id may be used again when its order has finished") {
  OrderTable table;
  table.put(order(7, "a", '2'));
  table.put(order(9, "a"));
  CHECK(table.find(1, "a")->id == OrderId{9});
  CHECK(table.find(OrderId{7})->status == '2');
}

TEST_CASE("fix orders: a finished order never hides the live one that has its client id now") {
  OrderTable table;
  table.put(order(7, "a"));
  table.put(order(7, "a", '2'));
  table.put(order(9, "a"));
  table.put(order(7, "a", '4'));  // its trade was busted
  CHECK(table.find(1, "a")->id == OrderId{9});
  OrderTable again;  // from a snapshot
  table.each([&](const FixOrder& one) { again.put(one); });
  CHECK(again.find(1, "a")->id == OrderId{9});
  CHECK(again.find(OrderId{7})->status == '4');
  // Of finished ones the newest has it, also behind a bust of another.
  again.put(order(9, "a", '4'));
  again.put(order(7, "a", '4'));
  CHECK(again.find(1, "a")->id == OrderId{9});
  // An order that ends under the name of a live one leaves it that name.
  again.put(order(10, "b"));
  again.put(order(11, "c"));
  again.put(order(10, "c", '4'));
  CHECK(again.find(1, "c")->id == OrderId{11});
  CHECK(again.find(1, "b") == nullptr);
}

TEST_CASE("fix orders: the oldest finished ones go, live ones stay") {
  OrderTable table{2};
  table.put(order(1, "live"));
  for (std::uint64_t id = 2; id <= 5; ++id) {
    table.put(order(id, "c" + std::to_string(id)));
    table.put(order(id, "c" + std::to_string(id), '4'));
  }
  CHECK(table.size() == 3);
  CHECK(table.find(1, "live") != nullptr);
  CHECK(table.find(1, "c3") == nullptr);
  CHECK(table.find(1, "c4") != nullptr);
  CHECK(table.live(1, 10).size() == 1);
  CHECK(table.live(2, 10).empty());
}

TEST_CASE("fix orders: a live order of that client id outlives the finished one") {
  OrderTable table{1};
  table.put(order(1, "a", '2'));
  table.put(order(2, "a"));
  table.put(order(3, "b", '2'));
  CHECK(table.find(OrderId{1}) == nullptr);
  CHECK(table.find(1, "a")->id == OrderId{2});
}

TEST_CASE("fix orders: are written and read") {
  FixOrder one = order(5, "c", '1');
  one.symbol = SymbolId{3};
  one.side = Side::sell;
  one.type = OrderType::stop_limit;
  one.tif = TimeInForce::gtd;
  one.post_only = PostOnly::slide;
  one.self_trade = SelfTrade::decrement;
  one.hidden = true;
  one.price = Price{9};
  one.trigger = Price{8};
  one.quantity = Quantity{7};
  one.display = Quantity{6};
  one.left = Quantity{5};
  one.budget = 4;
  one.executed = 3;
  one.quote = 2;
  one.expires = Time{1};
  one.account = "mine";
  std::string bytes;
  ByteWriter out{bytes};
  write(out, one);
  ByteReader in{as_bytes(bytes)};
  const FixOrder read = read_fix_order(in);
  CHECK((in.ok() && in.at_end()));
  std::string again;
  ByteWriter out_again{again};
  write(out_again, read);
  CHECK(again == bytes);
  CHECK(read.account == "mine");
  CHECK(read.type == OrderType::stop_limit);
  CHECK(read.post_only == PostOnly::slide);
  CHECK(read.self_trade == SelfTrade::decrement);
}

}  // namespace
}  // namespace mainstay::exchange::fix::order_table_test
