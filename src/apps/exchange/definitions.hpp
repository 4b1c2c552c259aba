#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "apps/exchange/domain/engine.hpp"

namespace mainstay::exchange {

// What is defined, by name. Few and small: looked through. Null when there is none.

inline const DefineAsset* find_asset(const std::vector<DefineAsset>& assets,
                                     std::string_view name) {
  const auto found = std::ranges::find(assets, name, [](const auto& a) { return a.name.text(); });
  return found == assets.end() ? nullptr : &*found;
}

inline const SymbolView* find_symbol(const std::vector<SymbolView>& symbols,
                                     std::string_view name) {
  const auto name_of = [](const SymbolView& one) { return one.definition.name.text(); };
  const auto found = std::ranges::find(symbols, name, name_of);
  return found == symbols.end() ? nullptr : &*found;
}

inline AssetId id_of(const DefineAsset& asset) { return asset.id; }
inline SymbolId id_of(const SymbolView& symbol) { return symbol.definition.id; }

/// The one behind the highest there is.
template <class One>
auto next_id(const std::vector<One>& list) {
  std::uint32_t highest = 0;
  for (const One& one : list) highest = std::max(highest, id_of(one).get());
  return decltype(id_of(list.front())){highest + 1};
}

}  // namespace mainstay::exchange
