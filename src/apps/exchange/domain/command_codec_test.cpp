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
