#include "apps/exchange/domain/trade_log.hpp"

#include <doctest/doctest.h>

namespace mainstay::exchange::trade_log_test {

TEST_CASE("trade log: the newest trades of each symbol are found, older ones are not") {
  TradeLog log{4};
  for (std::uint64_t i = 1; i <= 6; ++i) {
    const SymbolId symbol{i % 2 == 0 ? 2U : 1U};
    log.add({.trade = TradeId{(i + 1) / 2}, .price = Price{100}, .symbol = symbol});
  }
  CHECK(log.size() == 4);
  CHECK(log.find(SymbolId{1}, TradeId{1}) == nullptr);
  CHECK(log.find(SymbolId{1}, TradeId{2}) != nullptr);
  CHECK(log.find(SymbolId{2}, TradeId{3}) != nullptr);
  CHECK(log.find(SymbolId{2}, TradeId{4}) == nullptr);
  CHECK(log[0].trade == TradeId{2});

  log.keep(2);
  CHECK(log.size() == 2);
  CHECK(log.find(SymbolId{2}, TradeId{2}) == nullptr);
  CHECK(log.find(SymbolId{2}, TradeId{3}) == &log[1]);
  log.keep(0);
  log.add({.trade = TradeId{9}, .symbol = SymbolId{1}});
  CHECK(log.size() == 0);
}

}  // namespace mainstay::exchange::trade_log_test
