#include "apps/exchange/domain/command_codec.hpp"

#include <doctest/doctest.h>

#include "apps/exchange/domain/random_command.hpp"

namespace mainstay::exchange::command_codec_test {
namespace {

std::string text_of(const CommandBatch& batch) { return std::string{as_text(batch.bytes())}; }

/// Of decoded commands, written anew: two commands are the same when their bytes are.
std::string written(const std::vector<Command>& commands) {
  CommandBatch batch;
  batch.begin(commands.front().sequence, commands.front().at);
  for (const Command& command : commands) batch.add(command);
  return text_of(batch);
}

}  // namespace

TEST_CASE("command codec: what is read is what was written, of every kind") {
  RandomCommand any{1};
  Sequence sequence = 1;
  for (int round = 0; round < 500; ++round) {
    const Time at{round * 1'000};
    CommandBatch batch;
    batch.begin(sequence, at);
    CHECK(batch.empty());
    std::vector<Command> sent;
    for (int i = 0; i < 20; ++i) {
      sent.push_back(any(sequence++, at));
      batch.add(sent.back());
    }
    std::vector<Command> got;
    REQUIRE(read_batch(batch.bytes(), got).has_value());
    REQUIRE(got.size() == sent.size());
    CHECK(got.front().sequence == sent.front().sequence);
    CHECK(got.back().at == at);
    CHECK(got.back().account == sent.back().account);
    CHECK(got.back().origin == sent.back().origin);
    CHECK(written(got) == text_of(batch));
  }
}

TEST_CASE("command codec: an order's fields") {
  Command command;
  command.sequence = 7;
  command.account = AccountId{9};
  PlaceOrder order;
  order.id = OrderId{7};
  order.symbol = SymbolId{3};
  order.side = Side::sell;
  order.tif = TimeInForce::gtd;
  order.post_only = PostOnly::slide;
  order.self_trade = SelfTrade::decrement;
  order.hidden = true;
  order.price = Price{100};
  order.quantity = Quantity{5};
  order.budget = -4;
  order.expires = Time{1};
  order.client = ClientOrderId{"mine"};
  command.body = order;
  CommandBatch batch;
  batch.begin(7, Time{});
  batch.add(command);
  std::vector<Command> got;
  REQUIRE(read_batch(batch.bytes(), got).has_value());
  const auto& read = std::get<PlaceOrder>(got.at(0).body);
  CHECK(read.id == order.id);
  CHECK(read.side == Side::sell);
  CHECK(read.tif == TimeInForce::gtd);
  CHECK(read.post_only == PostOnly::slide);
  CHECK(read.self_trade == SelfTrade::decrement);
  CHECK(read.hidden);
  CHECK(read.budget == -4);
  CHECK(read.client.text() == "mine");
}

namespace {

/// Commands of the frequent kinds, at the bounds of what is written shortly and beyond.
std::vector<Command> frequent_commands() {
  const std::uint64_t accounts[] = {0, 1, 0xFFFFFF, 0x1000000, 0xFFFFFFFF, 0x100000000, ~0ULL};
  const std::uint64_t ids[] = {0, 7, 8, 0xFFFFFFFF, 0x100000000, ~0ULL};
  std::vector<Command> sent;
  const auto send = [&](std::uint64_t account, CommandBody body) {
    Command& command = sent.emplace_back();
    command.sequence = sent.size();
    command.account = AccountId{account};
    command.body = std::move(body);
  };
  for (const std::uint64_t account : accounts) {
    for (const std::uint64_t id : ids) {
      PlaceOrder order;
      order.id = OrderId{id};
      order.symbol = SymbolId{id == 8 ? 65'536U : 65'535U};
      order.side = id % 2 == 0 ? Side::sell : Side::buy;
      order.tif = id == 7 ? TimeInForce::ioc : TimeInForce::gtc;
      order.self_trade = SelfTrade::decrement;
      order.price = Price{0xFFFFFFFF};
      order.quantity = Quantity{0xFFFFFFFE};
      send(account, order);
      order.id = OrderId{sent.size() + 1};
      send(account, order);
      order.id = OrderId{id + 1};
      order.session = id == 0 ? 5 : 0;
      send(account, order);
      send(account, CancelOrder{OrderId{id}});
      send(account, ReduceOrder{OrderId{id}, Quantity{0xFFFFFFFF}});
      send(account, AmendOrder{.id = OrderId{id}, .price = Price{9}, .client = {}});
      send(account, AmendOrder{.id = OrderId{id}, .quantity = Quantity{9}, .client = {}});
      AmendOrder less{.id = OrderId{id}, .quantity = Quantity{0xFFFFFFFF}, .client = {}};
      less.only_less = true;
      send(account, less);
      less.quantity = {};  // as a short kind it would lose what it is
      send(account, less);
    }
  }
  return sent;
}

void check_same(const Command& a, const Command& b) {
  REQUIRE(a.account == b.account);
  REQUIRE(a.body.index() == b.body.index());
  if (const auto* order = std::get_if<PlaceOrder>(&a.body)) {
    const auto& other = std::get<PlaceOrder>(b.body);
    REQUIRE((order->id == other.id && order->symbol == other.symbol));
    REQUIRE((order->side == other.side && order->tif == other.tif));
    REQUIRE((order->price == other.price && order->quantity == other.quantity));
    REQUIRE((order->self_trade == other.self_trade && order->session == other.session));
  } else if (const auto* amend = std::get_if<AmendOrder>(&a.body)) {
    const auto& other = std::get<AmendOrder>(b.body);
    REQUIRE((amend->id == other.id && amend->price == other.price));
    REQUIRE((amend->quantity == other.quantity && amend->only_less == other.only_less));
  } else if (const auto* reduce = std::get_if<ReduceOrder>(&a.body)) {
    const auto& other = std::get<ReduceOrder>(b.body);
    REQUIRE((reduce->id == other.id && reduce->by == other.by));
  } else {
    REQUIRE(std::get<CancelOrder>(a.body).id == std::get<CancelOrder>(b.body).id);
  }
}

}  // namespace

TEST_CASE("command codec: frequent commands in few bytes, at the bounds of that and beyond") {
  const std::vector<Command> sent = frequent_commands();
  CommandBatch batch;
  batch.begin(1, Time{});
  for (const Command& command : sent) batch.add(command);
  std::vector<Command> got;
  REQUIRE(read_batch(batch.bytes(), got).has_value());
  REQUIRE(got.size() == sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) check_same(sent[i], got[i]);
  CHECK(written(got) == text_of(batch));

  // A venue's own orders: eight bytes, and price and quantity.
  Command plain;
  plain.sequence = 5;
  plain.body =
      PlaceOrder{.id = OrderId{5}, .price = Price{1}, .quantity = Quantity{2}, .client = {}};
  batch.begin(5, Time{});
  const std::size_t empty = batch.bytes().size();
  batch.add(plain);
  CHECK(batch.bytes().size() == empty + 16);
}

TEST_CASE("command codec: bytes of older journals, and what none can have") {
  std::string older;
  ByteWriter out{older};
  out.u8(1);
  out.varint(9);
  out.i64(0);
  out.u8(0);       // an order, all fields by varint
  out.varint(3);   // account
  out.u16(1);      // sells
  out.varint(2);   // symbol
  out.varint(77);  // price
  out.varint(5);
  std::vector<Command> got;
  REQUIRE(read_batch(as_bytes(older), got).has_value());
  const auto& order = std::get<PlaceOrder>(got.at(0).body);
  CHECK(order.id == OrderId{9});
  CHECK(order.side == Side::sell);
  CHECK(order.price == Price{77});
  CHECK(got[0].account == AccountId{3});

  std::string change;
  ByteWriter amended{change};
  amended.u8(1);
  amended.varint(9);
  amended.i64(0);
  amended.u8(3);        // an amendment
  amended.varint(3);    // account
  amended.varint(7);    // id
  amended.varint(0);    // price
  amended.varint(0);    // trigger
  amended.varint(~0U);  // quantity
  amended.text("client");
  REQUIRE(read_batch(as_bytes(change), got).has_value());
  const auto& amend = std::get<AmendOrder>(got.at(0).body);
  CHECK(amend.quantity == Quantity{~0U});
  CHECK(amend.client.text() == "client");
  CHECK_FALSE(amend.only_less);

  for (const unsigned bits : {0x80U, 0x60U, 0x1CU}) {
    std::string bad;
    ByteWriter bytes{bad};
    bytes.u8(1);
    bytes.varint(1);
    bytes.i64(0);
    bytes.u8(64);
    bytes.u8(static_cast<std::uint8_t>(bits));
    for (int i = 0; i < 30; ++i) bytes.u8(0);
    CHECK(read_batch(as_bytes(bad), got).error().is(CodecErrc::malformed));
  }
}

TEST_CASE("command codec: cut anywhere, it is refused or ends behind a whole command") {
  RandomCommand any{2};
  CommandBatch batch;
  batch.begin(1, Time{5});
  for (Sequence n = 1; n <= 30; ++n) batch.add(any(n, Time{5}));
  const std::string whole = text_of(batch);
  std::vector<Command> got;
  std::size_t refused = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto cut = std::string_view{whole}.substr(0, size);
    if (read_batch(as_bytes(cut), got).has_error()) {
      ++refused;
    } else {
      CHECK(got.size() < 30);
    }
  }
  CHECK(refused >= whole.size() - 40);
}

TEST_CASE("command codec: a newer version and an unknown kind are told from damage") {
  std::vector<Command> got;
  const std::string newer{"\x02", 1};
  CHECK(read_batch(as_bytes(newer), got).error().is(CodecErrc::version_unknown));
  std::string unknown;
  ByteWriter out{unknown};
  out.u8(1);
  out.varint(1);
  out.i64(0);
  out.u8(200);
  out.varint(0);
  CHECK(read_batch(as_bytes(unknown), got).error().is(CodecErrc::version_unknown));
}

}  // namespace mainstay::exchange::command_codec_test
