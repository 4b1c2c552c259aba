#include "apps/exchange/domain/listing.hpp"

#include <limits>

#include <doctest/doctest.h>

#include "apps/exchange/domain/engine.hpp"

namespace mainstay::exchange::listing_test {
namespace {

DefineAsset asset(std::uint32_t id, std::string_view name, std::uint8_t decimals) {
  return {.id = AssetId{id}, .name = Name{name}, .decimals = decimals};
}

DefineSymbol symbol(Amount lot_base, Amount tick_quote) {
  DefineSymbol out;
  out.id = SymbolId{1};
  out.name = Name{"ARTUSD"};
  out.base = AssetId{1};
  out.quote = AssetId{2};
  out.rules.lot_base = lot_base;
  out.rules.tick_quote = tick_quote;
  return out;
}

std::string shown(const Listing& listing,
                  void (Listing::*append)(std::string&, std::uint64_t) const, std::uint64_t value) {
  std::string out;
  (listing.*append)(out, value);
  return out;
}

TEST_CASE("listing: ticks and lots are decimal text of whole units") {
  // A lot is 0.01 ART; at a price of one tick it costs 0.05 cents... 5 units of 10^-4 USD.
  const auto listing = Listing::make(symbol(10'000, 5), asset(1, "ART", 6), asset(2, "USD", 4));
  REQUIRE(listing.has_value());
  CHECK(shown(*listing, &Listing::append_price, 1) == "0.05");
  CHECK(shown(*listing, &Listing::append_price, 100) == "5.00");
  CHECK(shown(*listing, &Listing::append_quantity, 3) == "0.03");

  Price price;
  CHECK(listing->price("5", price) == DecimalFault::none);
  CHECK(price == Price{100});
  CHECK(listing->price("5.01", price) == DecimalFault::too_precise);
  CHECK(listing->price("5.001", price) == DecimalFault::too_precise);
  CHECK(listing->price("999999999999", price) == DecimalFault::too_large);
  CHECK(listing->price("x", price) == DecimalFault::malformed);
  Quantity quantity;
  CHECK(listing->quantity("1.23", quantity) == DecimalFault::none);
  CHECK(quantity == Quantity{123});
  CHECK(listing->quantity("42949672.96", quantity) == DecimalFault::too_large);
  Amount amount = 0;
  CHECK(listing->quote("1.5", amount) == DecimalFault::none);
  CHECK(amount == 15'000);
  CHECK(listing->quote("1844674407370955.1615", amount) == DecimalFault::too_large);
  std::string average;
  listing->append_average(average, 3 * 100 * 5 + 101 * 5, 4);
  CHECK(average == "5.01");
  // 5.0125, 5.00 and two thirds of a tick, and the largest: rounded to a price's digits, or to
  // more.
  const auto rounded = [&](Amount quote, std::uint64_t lots, unsigned more = 0) {
    std::string text;
    listing->append_average(text, quote, lots, more);
    return text;
  };
  CHECK(rounded(4 * 100 * 5 + 5, 4, 8) == "5.0125");
  CHECK(rounded(4 * 100 * 5 + 5, 4, 1) == "5.013");
  CHECK(rounded(3 * 100 * 5 + 1, 3) == "5.00");
  CHECK(rounded(3 * 100 * 5 + 2, 3) == "5.01");
  CHECK(rounded(3 * 100 * 5 + 1, 3, 8) == "5.0033333333");
  CHECK(rounded(3 * 100 * 5 + 2, 3, 8) == "5.0066666667");
  CHECK(rounded(100 * 5, 1, 8) == "5.00");
  CHECK(rounded(0, 0, 8) == "0.00");
  constexpr Amount most = std::numeric_limits<Amount>::max();
  CHECK(rounded(most, 1, 8) == "92233720368547758.07");
  CHECK(rounded(most, std::numeric_limits<std::uint64_t>::max(), 8) == "0.005");
  listing->append_quote(average = {}, -15'000);
  CHECK(average == "-1.5000");
}

TEST_CASE("listing: a lot of many whole units has no digits") {
  const auto listing = Listing::make(symbol(1'000, 1), asset(1, "ART", 0), asset(2, "USD", 0));
  REQUIRE(listing.has_value());
  CHECK(shown(*listing, &Listing::append_price, 7) == "0.007");
  CHECK(shown(*listing, &Listing::append_quantity, 2) == "2000");
  Quantity quantity;
  CHECK(listing->quantity("1500", quantity) == DecimalFault::too_precise);
}

TEST_CASE("listing: what has no decimal text is left out") {
  CHECK(!Listing::make(symbol(3, 1), asset(1, "ART", 0), asset(2, "USD", 0)).has_value());
  CHECK(!Listing::make(symbol(1, 1), asset(1, "ART", 19), asset(2, "USD", 0)).has_value());
  CHECK(!Listing::make(symbol(0, 1), asset(1, "ART", 0), asset(2, "USD", 0)).has_value());
  CHECK(Listing::make(symbol(1, 1), asset(1, "ART", 0), asset(2, "USD", 18)).has_value());

  SymbolView good;
  good.definition = symbol(1, 1);
  SymbolView bad = good;
  bad.definition.id = SymbolId{2};
  bad.definition.name = Name{"BAD"};
  bad.definition.rules.lot_base = 3;
  SymbolView orphan = good;
  orphan.definition.base = AssetId{9};
  orphan.definition.name = Name{"LOST"};
  const std::vector<SymbolView> symbols{bad, good, orphan};
  const std::vector<DefineAsset> assets{asset(1, "ART", 0), asset(2, "USD", 2)};
  const Listings listings{symbols, assets};
  CHECK(listings.symbols().size() == 1);
  CHECK(listings.find("ARTUSD") == listings.find(SymbolId{1}));
  CHECK(listings.find("ARTUSD")->quote_asset.name.text() == "USD");
  CHECK(listings.find("BAD") == nullptr);
  CHECK(listings.find(SymbolId{2}) == nullptr);
}

}  // namespace
}  // namespace mainstay::exchange::listing_test
