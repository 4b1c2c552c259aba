#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "apps/exchange/domain/command.hpp"
#include "apps/exchange/domain/decimal.hpp"
#include "base/text.hpp"

namespace mainstay::exchange {

struct SymbolView;

/// A symbol as people see it: names, and decimal text for ticks, lots and amounts.
///
/// The price that people see is whole units of the quote asset for a whole unit of the base asset:
/// a tick is tick_quote / lot_base * 10^(decimals of base - decimals of quote).
struct Listing {
  /// Nothing when a tick has no decimal text of at most decimal_digits_max digits.
  static std::optional<Listing> make(const DefineSymbol& definition, const DefineAsset& base,
                                     const DefineAsset& quote);

  DecimalFault price(std::string_view text, Price& out) const;
  DecimalFault quantity(std::string_view text, Quantity& out) const;
  DecimalFault quote(std::string_view text, Amount& out) const;

  void append_price(std::string& out, std::uint64_t ticks) const;
  void append_quantity(std::string& out, std::uint64_t lots) const;
  void append_quote(std::string& out, Amount amount) const;
  /// What a lot cost on average, rounded to a price's digits and at most so many more, of which
  /// zeros at the end are left out; 0 without lots.
  void append_average(std::string& out, Amount quote, std::uint64_t lots,
                      unsigned more_digits = 0) const;

  [[nodiscard]] std::string_view name() const { return definition.name.text(); }

  DefineSymbol definition;  // its phase and reference are the current ones
  DefineAsset base;
  DefineAsset quote_asset;
  unsigned price_digits = 0;
  std::uint64_t price_unit = 1;  // a tick, in 10^-price_digits
  unsigned quantity_digits = 0;
  std::uint64_t quantity_unit = 1;  // a lot, in 10^-quantity_digits
};

/// All symbols and assets at a moment; immutable.
class Listings {
 public:
  Listings() = default;
  /// Symbols that cannot be shown are left out.
  Listings(std::span<const SymbolView> symbols, std::span<const DefineAsset> assets);
  // by_name_ views into symbols_.
  Listings(Listings&&) = default;
  Listings& operator=(Listings&&) = default;
  Listings(const Listings&) = delete;
  Listings& operator=(const Listings&) = delete;

  [[nodiscard]] const Listing* find(std::string_view name) const;
  [[nodiscard]] const Listing* find(SymbolId id) const;
  /// By name.
  [[nodiscard]] std::span<const Listing> symbols() const { return symbols_; }
  [[nodiscard]] std::span<const DefineAsset> assets() const { return assets_; }

 private:
  std::vector<Listing> symbols_;
  std::vector<DefineAsset> assets_;
  std::unordered_map<std::string_view, std::size_t> by_name_;
  std::unordered_map<SymbolId, std::size_t> by_id_;
};

}  // namespace mainstay::exchange
