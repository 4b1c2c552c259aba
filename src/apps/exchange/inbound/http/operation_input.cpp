#include "apps/exchange/inbound/http/operation_input.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "platform/json/json.hpp"

namespace mainstay::exchange {
namespace {

using json::member_invalid;
using json::MemberReader;

constexpr std::array<std::string_view, 6> phase_names{
    "closed", "opening_call", "continuous", "volatility_call", "closing_call", "halted"};

Result<json::Value> parse(std::string_view text) {
  return json::parse(text, {.bytes_max = 64U << 10U, .depth_max = 8});
}

/// Letters, digits and a few signs, so that names need no quoting in paths and streams.
Result<Name> checked_name(std::string_view what, std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  if (text.empty() || text.size() > Name::size_max || !std::ranges::all_of(text, fits)) {
    return member_invalid(what, "1 to 16 of A-Z, 0-9, '.', '_' and '-' are wanted");
  }
  return Name{text};
}

Result<Name> read_name(MemberReader& in, std::string_view member) {
  MS_TRY_VOID(in.require(member));
  std::string text;
  MS_TRY_VOID(in.text(member, text));
  return checked_name(member, text);
}

Result<> read_ticks(MemberReader& in, SymbolRules& rules) {
  const json::Value* ticks = in.find("ticks");
  if (ticks == nullptr) return {};
  const json::Array* steps = ticks->if_array();
  if (steps == nullptr || steps->empty() || steps->size() > SymbolRules::tick_steps_max) {
    return member_invalid("ticks", "1 to 8 of {\"from\": price, \"tick\": ticks} are wanted");
  }
  rules.tick_steps = static_cast<std::uint8_t>(steps->size());
  for (std::size_t i = 0; i < steps->size(); ++i) {
    MS_TRY(auto step, MemberReader::of((*steps)[i], "ticks"));
    MS_TRY_VOID(step.number("from", rules.ticks[i].from));
    MS_TRY_VOID(step.number("tick", rules.ticks[i].tick));
    MS_TRY_VOID(step.all_known());
  }
  return {};
}

Result<> read_rules(MemberReader& in, SymbolRules& rules) {
  MS_TRY_VOID(in.number("lot_base", rules.lot_base));
  MS_TRY_VOID(in.number("tick_quote", rules.tick_quote));
  MS_TRY_VOID(read_ticks(in, rules));
  MS_TRY_VOID(in.number("quantity_min", rules.quantity_min));
  MS_TRY_VOID(in.number("quantity_max", rules.quantity_max));
  MS_TRY_VOID(in.number("quantity_step", rules.quantity_step));
  MS_TRY_VOID(in.number("notional_min", rules.notional_min));
  MS_TRY_VOID(in.number("notional_max", rules.notional_max));
  MS_TRY_VOID(in.number("maker_fee", rules.maker_fee));
  MS_TRY_VOID(in.number("taker_fee", rules.taker_fee));
  MS_TRY_VOID(in.number("static_band_bp", rules.static_band_bp));
  MS_TRY_VOID(in.number("dynamic_band_bp", rules.dynamic_band_bp));
  MS_TRY_VOID(in.number("market_collar_bp", rules.market_collar_bp));
  return in.number("volatility_call_ns", rules.volatility_call_ns);
}

Result<> read_phase_member(MemberReader& in, Phase& phase) {
  std::string text{to_text(phase)};
  MS_TRY_VOID(in.text("phase", text));
  const auto* found = std::ranges::find(phase_names, text);
  if (found == phase_names.end()) {
    return member_invalid("phase",
                          "closed, opening_call, continuous, volatility_call, closing_call or "
                          "halted is wanted");
  }
  phase = static_cast<Phase>(found - phase_names.begin());
  return {};
}

}  // namespace

Result<DefineAsset> read_asset(std::string_view json, std::string_view name) {
  DefineAsset asset;
  MS_TRY(asset.name, checked_name("asset", name));
  MS_TRY(const auto value, parse(json));
  MS_TRY(auto in, MemberReader::of(value));
  MS_TRY_VOID(in.number("decimals", asset.decimals));
  MS_TRY_VOID(in.all_known());
  return asset;
}

Result<SymbolInput> read_symbol(std::string_view json, std::string_view name) {
  SymbolInput input;
  MS_TRY(input.symbol.name, checked_name("symbol", name));
  MS_TRY(const auto value, parse(json));
  MS_TRY(auto in, MemberReader::of(value));
  MS_TRY(input.base, read_name(in, "base"));
  MS_TRY(input.quote, read_name(in, "quote"));
  MS_TRY_VOID(in.number("reference", input.symbol.reference));
  MS_TRY_VOID(read_phase_member(in, input.symbol.phase));
  MS_TRY_VOID(read_rules(in, input.symbol.rules));
  MS_TRY_VOID(in.all_known());
  return input;
}

Result<Phase> read_phase(std::string_view json) {
  MS_TRY(const auto value, parse(json));
  MS_TRY(auto in, MemberReader::of(value));
  MS_TRY_VOID(in.require("phase"));
  Phase phase{};
  MS_TRY_VOID(read_phase_member(in, phase));
  MS_TRY_VOID(in.all_known());
  return phase;
}

Result<AdjustmentInput> read_adjustment(std::string_view json) {
  AdjustmentInput input;
  MS_TRY(const auto value, parse(json));
  MS_TRY(auto in, MemberReader::of(value));
  MS_TRY_VOID(in.require("account"));
  MS_TRY_VOID(in.number("account", input.account));
  MS_TRY(input.asset, read_name(in, "asset"));
  MS_TRY_VOID(in.require("amount"));
  MS_TRY_VOID(in.number("amount", input.amount));
  MS_TRY_VOID(in.number("reference", input.reference));
  MS_TRY_VOID(in.all_known());
  return input;
}

Result<SuspendAccount> read_suspension(std::string_view json) {
  SuspendAccount wanted;
  MS_TRY(const auto value, parse(json));
  MS_TRY(auto in, MemberReader::of(value));
  MS_TRY_VOID(in.require("suspended"));
  MS_TRY_VOID(in.flag("suspended", wanted.suspended));
  MS_TRY_VOID(in.all_known());
  return wanted;
}

std::string_view to_text(Phase phase) { return phase_names[static_cast<std::size_t>(phase)]; }

}  // namespace mainstay::exchange
