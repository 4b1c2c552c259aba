#include "apps/exchange/domain/listing.hpp"

#include <algorithm>
#include <limits>

#include "apps/exchange/domain/engine.hpp"

namespace mainstay::exchange {
namespace {

Wide common_divisor(Wide a, Wide b) {
  while (b != 0) {
    const Wide rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

struct Unit {
  unsigned digits = 0;
  std::uint64_t unit = 0;  // in 10^-digits
};

/// numerator / denominator as unit * 10^-digits.
std::optional<Unit> decimal_unit(Wide numerator, Wide denominator) {
  if (numerator == 0 || denominator == 0) return std::nullopt;
  const Wide common = common_divisor(numerator, denominator);
  numerator /= common;
  denominator /= common;
  Unit out;
  for (; denominator != 1; ++out.digits) {
    const Wide part = common_divisor(denominator, 10);
    if (part == 1 || out.digits == decimal_digits_max) return std::nullopt;
    denominator /= part;
    numerator *= 10 / part;
    if (numerator > std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
  }
  if (numerator > std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
  out.unit = static_cast<std::uint64_t>(numerator);
  return out;
}

/// Of ticks or lots: a text that lies between two of them is too precise.
DecimalFault parse_units(std::string_view text, unsigned digits, std::uint64_t unit,
                         std::uint32_t& out) {
  std::uint64_t value = 0;
  const DecimalFault fault = parse_decimal(text, digits, value);
  if (fault != DecimalFault::none) return fault;
  if (value % unit != 0) return DecimalFault::too_precise;
  if (value / unit > std::numeric_limits<std::uint32_t>::max()) return DecimalFault::too_large;
  out = static_cast<std::uint32_t>(value / unit);
  return DecimalFault::none;
}

}  // namespace

std::optional<Listing> Listing::make(const DefineSymbol& definition, const DefineAsset& base,
                                     const DefineAsset& quote) {
  const SymbolRules& rules = definition.rules;
  if (base.decimals > decimal_digits_max || quote.decimals > decimal_digits_max) return {};
  if (rules.lot_base <= 0 || rules.tick_quote <= 0) return {};
  const Wide base_unit = power_of_ten(base.decimals);
  const Wide quote_unit = power_of_ten(quote.decimals);
  const auto tick = decimal_unit(static_cast<Wide>(rules.tick_quote) * base_unit,
                                 static_cast<Wide>(rules.lot_base) * quote_unit);
  const auto lot = decimal_unit(static_cast<Wide>(rules.lot_base), base_unit);
  if (!tick || !lot) return {};
  Listing out;
  out.definition = definition;
  out.base = base;
  out.quote_asset = quote;
  out.price_digits = tick->digits;
  out.price_unit = tick->unit;
  out.quantity_digits = lot->digits;
  out.quantity_unit = lot->unit;
  return out;
}

DecimalFault Listing::price(std::string_view text, Price& out) const {
  std::uint32_t ticks = 0;
  const DecimalFault fault = parse_units(text, price_digits, price_unit, ticks);
  out = Price{ticks};
  return fault;
}

DecimalFault Listing::quantity(std::string_view text, Quantity& out) const {
  std::uint32_t lots = 0;
  const DecimalFault fault = parse_units(text, quantity_digits, quantity_unit, lots);
  out = Quantity{lots};
  return fault;
}

DecimalFault Listing::quote(std::string_view text, Amount& out) const {
  std::uint64_t value = 0;
  const DecimalFault fault = parse_decimal(text, quote_asset.decimals, value);
  if (fault != DecimalFault::none) return fault;
  if (value > static_cast<std::uint64_t>(std::numeric_limits<Amount>::max())) {
    return DecimalFault::too_large;
  }
  out = static_cast<Amount>(value);
  return DecimalFault::none;
}

void Listing::append_price(std::string& out, std::uint64_t ticks) const {
  append_decimal(out, Wide{ticks} * price_unit, price_digits);
}

void Listing::append_quantity(std::string& out, std::uint64_t lots) const {
  append_decimal(out, Wide{lots} * quantity_unit, quantity_digits);
}

void Listing::append_quote(std::string& out, Amount amount) const {
  append_signed_decimal(out, amount, quote_asset.decimals);
}

void Listing::append_average(std::string& out, Amount quote, std::uint64_t lots,
                             unsigned more_digits) const {
  const Wide cost = static_cast<Wide>(std::max<Amount>(quote, 0)) * price_unit;
  const Wide of = Wide{lots} * static_cast<Wide>(definition.rules.tick_quote);
  if (of == 0) return append_decimal(out, 0, price_digits);
  Wide value = cost / of;
  Wide rest = cost % of;
  unsigned digits = price_digits;
  // Digit by digit, as long as the next one fits in 128 bits.
  constexpr Wide tenth = ~Wide{0} / 10;
  for (; more_digits > 0 && rest != 0 && of <= tenth && value < tenth; --more_digits) {
    rest *= 10;
    value = value * 10 + rest / of;
    rest %= of;
    ++digits;
  }
  if (rest >= of - rest) ++value;
  for (; digits > price_digits && value % 10 == 0; --digits) value /= 10;
  append_decimal(out, value, digits);
}

Listings::Listings(std::span<const SymbolView> symbols, std::span<const DefineAsset> assets)
    : assets_(assets.begin(), assets.end()) {
  const auto asset = [&](AssetId id) { return std::ranges::find(assets_, id, &DefineAsset::id); };
  for (const SymbolView& symbol : symbols) {
    const auto base = asset(symbol.definition.base);
    const auto quote = asset(symbol.definition.quote);
    if (base == assets_.end() || quote == assets_.end()) continue;
    if (auto listing = Listing::make(symbol.definition, *base, *quote)) {
      symbols_.push_back(std::move(*listing));
    }
  }
  std::ranges::sort(symbols_, {}, &Listing::name);
  for (std::size_t i = 0; i < symbols_.size(); ++i) {
    by_name_.emplace(symbols_[i].name(), i);
    by_id_.emplace(symbols_[i].definition.id, i);
  }
}

const Listing* Listings::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &symbols_[found->second];
}

const Listing* Listings::find(SymbolId id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &symbols_[found->second];
}

}  // namespace mainstay::exchange
