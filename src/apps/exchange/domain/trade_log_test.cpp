#include "apps/exchange/domain/trade_log.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/random.hpp"

namespace mainstay::exchange::trade_log_test {

TEST_CASE("trade log: the newest trades of each symbol are found, older ones are not") {
  TradeLog log{4};
  for (std::uint64_t i = 1; i <= 6; ++i) {
    const SymbolId symbol{i % 2 == 0 ? 2U : 1U};
    log.add(symbol, TradeId{(i + 1) / 2})->price = Price{100};
  }
  CHECK(log.size() == 4);
  CHECK(log.find(SymbolId{1}, TradeId{1}) == nullptr);
  CHECK(log.find(SymbolId{1}, TradeId{2}) != nullptr);
  CHECK(log.find(SymbolId{2}, TradeId{3}) != nullptr);
  CHECK(log.find(SymbolId{2}, TradeId{4}) == nullptr);
  CHECK(log[0].trade == TradeId{2});

  log.find(SymbolId{2}, TradeId{3})->taker = OrderId{77};
  log.keep(2);
  CHECK(log.size() == 2);
  CHECK(log.find(SymbolId{2}, TradeId{3})->taker == OrderId{77});
  CHECK(log.find(SymbolId{2}, TradeId{2}) == nullptr);
  CHECK(log.find(SymbolId{2}, TradeId{3}) == &log[1]);
  log.keep(0);
  CHECK(log.add(SymbolId{1}, TradeId{9}) == nullptr);
  CHECK(log.size() == 0);
}

TEST_CASE("trade log: over many rounds all that is kept is found, and nothing else") {
  constexpr std::size_t kept = 100;
  TradeLog log{kept};
  std::vector<std::pair<SymbolId, TradeId>> all;
  std::vector<std::uint64_t> newest(5);
  Random random{7};
  for (int i = 0; i < 2'000; ++i) {
    // One symbol trades rarely, and another begins late.
    const std::uint64_t drawn = random.below(40);
    const auto symbol = static_cast<std::uint32_t>(drawn == 0 ? 4 : drawn % (i < 500 ? 2 : 3));
    const TradeId trade{++newest[symbol]};
    log.add(SymbolId{symbol}, trade);
    all.emplace_back(SymbolId{symbol}, trade);
    if (i % 37 != 0) continue;
    for (std::size_t k = 0; k < all.size(); ++k) {
      const auto [of, number] = all[k];
      const KeptTrade* const found = log.find(of, number);
      REQUIRE((found != nullptr) == (k + kept >= all.size()));
      if (found != nullptr) REQUIRE((found->symbol == of.get() && found->trade == number));
    }
  }
  CHECK(log.find(SymbolId{0}, TradeId{}) == nullptr);
  CHECK(log.find(SymbolId{0}, TradeId{newest[0] + 1}) == nullptr);
  CHECK(log.find(SymbolId{3}, TradeId{1}) == nullptr);
}

}  // namespace mainstay::exchange::trade_log_test
