#pragma once

#include <cstdint>
#include <string_view>

#include "apps/exchange/domain/command.hpp"
#include "base/result.hpp"
#include "platform/json/member_reader.hpp"

namespace mainstay::exchange {

// Bodies of the operations API: JSON objects of whole numbers and names (docs/exchange.md has the
// members). What is not said is as a new symbol has it.

/// {"decimals": 2}
Result<DefineAsset> read_asset(std::string_view json, std::string_view name);

/// A symbol's definition, with names where the engine has ids.
struct SymbolInput {
  DefineSymbol symbol;  // its ids are open
  Name base;
  Name quote;
};
/// {"base": "LUNA", "quote": "USD", "lot_base": 1, "tick_quote": 1, "taker_fee": 1000, ..}
Result<SymbolInput> read_symbol(std::string_view json, std::string_view name);

/// {"phase": "opening_call"}
Result<Phase> read_phase(std::string_view json);

struct AdjustmentInput {
  AccountId account{};
  Name asset;
  Amount amount = 0;  // the asset's smallest units
  std::uint64_t reference = 0;
};
/// {"account": 1000, "asset": "USD", "amount": 10000, "reference": 7}
Result<AdjustmentInput> read_adjustment(std::string_view json);

/// {"suspended": true}
Result<SuspendAccount> read_suspension(std::string_view json);

std::string_view to_text(Phase phase);

}  // namespace mainstay::exchange
