#pragma once

#include "apps/exchange/domain/listing.hpp"

namespace mainstay::exchange {

/// ARTUSD with prices of two digits and quantities of one. For tests.
inline const Listing& test_listing() {
  static const Listing listing = [] {
    DefineSymbol symbol;
    symbol.id = SymbolId{7};
    symbol.name = Name{"ARTUSD"};
    symbol.base = AssetId{1};
    symbol.quote = AssetId{2};
    symbol.rules.lot_base = 10;
    symbol.rules.tick_quote = 10;
    const DefineAsset art{.id = AssetId{1}, .name = Name{"ART"}, .decimals = 2};
    const DefineAsset usd{.id = AssetId{2}, .name = Name{"USD"}, .decimals = 4};
    return *Listing::make(symbol, art, usd);
  }();
  return listing;
}

}  // namespace mainstay::exchange
