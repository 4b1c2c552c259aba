#include "apps/exchange/domain/ledger.hpp"

#include <doctest/doctest.h>

namespace mainstay::exchange::ledger_test {

TEST_CASE("ledger: the venue comes first; accounts by any id") {
  Ledger ledger;
  CHECK(ledger.find(AccountId{}) == Ledger::venue);
  CHECK(ledger.find(AccountId{7}) == Ledger::none);
  for (std::uint64_t i = 1; i < 10'000; ++i) {
    REQUIRE(ledger.open(AccountId{i * 0x9E3779B97F4A7C15U}) == i);
  }
  for (std::uint64_t i = 1; i < 10'000; ++i) {
    REQUIRE(ledger.find(AccountId{i * 0x9E3779B97F4A7C15U}) == i);
  }
  CHECK(ledger.open(AccountId{0x9E3779B97F4A7C15U}) == 1);
  CHECK(ledger.size() == 10'000);
}

TEST_CASE("ledger: holdings, few and many, and their sum in 128 bits") {
  Ledger ledger;
  const Ledger::Index ann = ledger.open(AccountId{1});
  for (std::uint32_t asset = 40; asset > 0; --asset) {
    ledger.holding(ann, AssetId{asset}).free = asset;
    for (std::uint32_t there = 40; there >= asset; --there) {
      REQUIRE(ledger.existing(ann, AssetId{there}).free == there);
    }
  }
  CHECK(ledger.find(ann, AssetId{41}) == nullptr);
  const auto all = ledger.holdings(ann);
  REQUIRE(all.size() == 40);
  for (std::uint32_t i = 0; i < 40; ++i) {
    CHECK(all[i].asset == AssetId{i + 1});
    CHECK(all[i].holding.free == i + 1);
  }
  CHECK(ledger.find(ann, AssetId{3})->free == 3);

  ledger.holding(ann, AssetId{1}).free = amount_max;
  ledger.holding(Ledger::venue, AssetId{1}).held = amount_max;
  CHECK(ledger.total(AssetId{1}) == static_cast<WideAmount>(amount_max) * 2);
  CHECK_FALSE(ledger.find(ann, AssetId{1})->has_room_for(1));
}

}  // namespace mainstay::exchange::ledger_test
