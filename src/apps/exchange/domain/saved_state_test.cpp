#include "apps/exchange/domain/saved_state.hpp"

#include <doctest/doctest.h>

#include "apps/exchange/domain/market_data.hpp"
#include "apps/exchange/domain/order_log.hpp"

namespace mainstay::exchange::saved_state_test {
namespace {

TEST_CASE("saved state: what was written is read") {
  std::string out;
  StateWriter writer{out};
  writer.number(300);
  writer.amount(-5);
  writer.flag(true);
  writer.text("abc");
  writer.choice(Side::sell);
  writer.strong(Price{7});
  writer.strong(Time{1'000'000'000'000});
  StateReader reader{as_bytes(out)};
  CHECK(reader.number() == 300);
  CHECK(reader.amount() == -5);
  CHECK(reader.flag());
  CHECK(reader.text(3) == "abc");
  CHECK(reader.choice(Side::sell) == Side::sell);
  CHECK(reader.strong<Price>() == Price{7});
  CHECK(reader.strong<Time>() == Time{1'000'000'000'000});
  CHECK(reader.ok());
  CHECK(reader.at_end());
}

TEST_CASE("saved state: what cannot be is refused, and all behind it is zero") {
  std::string out;
  StateWriter writer{out};
  writer.number(2);
  writer.number(9);
  StateReader side{as_bytes(out)};
  CHECK(side.choice(Side::sell) == Side::buy);
  CHECK(!side.ok());
  CHECK(side.number() == 0);

  std::string wide;
  StateWriter{wide}.number(1ULL << 32U);
  StateReader price{as_bytes(wide)};
  CHECK(price.strong<Price>() == Price{0});
  CHECK(!price.ok());

  std::string text;
  StateWriter{text}.text("abcd");
  StateReader longer{as_bytes(text)};
  CHECK(longer.text(3).empty());
  CHECK(!longer.ok());
}

/// A little of everything that projections keep.
template <class Projection>
std::string saved_projection() {
  Projection projection;
  Sequence sequence = 0;
  const auto tell = [&](AccountId account, CommandBody body, std::vector<Event> events) {
    ++sequence;
    const Time at{static_cast<std::int64_t>(sequence) * 1'000'000'000};
    projection.on_command({sequence, at, account, std::move(body)}, events);
  };
  PlaceOrder buy;
  buy.id = OrderId{2};
  buy.quantity = Quantity{10};
  buy.client = ClientOrderId{"a"};
  PlaceOrder sell = buy;
  sell.id = OrderId{3};
  sell.side = Side::sell;
  tell({}, DefineSymbol{}, {{.kind = EventKind::defined}});
  tell(AccountId{7}, buy, {{.kind = EventKind::accepted, .order = buy.id, .left = Quantity{10}}});
  tell(AccountId{8}, sell,
       {{.kind = EventKind::accepted, .order = sell.id, .left = Quantity{10}},
        {.kind = EventKind::traded,
         .order = sell.id,
         .other = buy.id,
         .account = AccountId{8},
         .other_account = AccountId{7},
         .trade = TradeId{1},
         .price = Price{5},
         .quantity = Quantity{10}}});
  std::string out;
  projection.save(out);
  return out;
}

TEST_CASE_TEMPLATE("saved state: damaged projections are refused", Projection, OrderLog,
                   MarketData) {
  const std::string bytes = saved_projection<Projection>();
  CHECK(Projection::load(as_bytes(bytes)).has_value());
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    CHECK(Projection::load(as_bytes(bytes.substr(0, cut))).has_error());
  }
  CHECK(Projection::load(as_bytes(bytes + "x")).has_error());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string wrong = bytes;
    wrong[at] = '\x7F';
    (void)Projection::load(as_bytes(wrong)).has_value();  // refused or not, no harm is done
  }
}

}  // namespace
}  // namespace mainstay::exchange::saved_state_test
