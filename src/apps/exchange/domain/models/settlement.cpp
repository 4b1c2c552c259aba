#include "apps/exchange/domain/models/settlement.hpp"

#include <map>
#include <string>

#include "apps/exchange/domain/models/model_errc.hpp"

namespace mainstay::exchange::models {
namespace {

std::string more_than(Amount wanted, Amount there) {
  return std::to_string(wanted) + " minor units of " + std::to_string(there) + " left";
}

Result<> check(const InvestorUser& investor, std::span<const Fill> fills) {
  std::map<const AssetUser*, std::int64_t> units;
  Amount wanted = 0;
  for (const Fill& fill : fills) {
    if (fill.units < 0) return Error{ModelErrc::parameters_invalid, "a fill of fewer than 0 units"};
    std::int64_t& sum = units[fill.asset];
    if (fill.units > fill.asset->units_left() - sum) {
      return Error{ModelErrc::too_much_fund,
                   "asset " + std::to_string(fill.asset->id.get()) + " has " +
                       std::to_string(fill.asset->units_left()) + " units left"};
    }
    sum += fill.units;
    const Amount amount = fill.units * fill.asset->unit_price;  // at most the asset's fund
    if (amount > investor.remaining_principal - wanted) {
      return Error{ModelErrc::over_invest,
                   more_than(wanted + amount, investor.remaining_principal)};
    }
    wanted += amount;
  }
  return {};
}

}  // namespace

Result<std::vector<CashFlowMatch>> settle(InvestorUser& investor, std::span<const Fill> fills,
                                          std::uint64_t first_id) {
  MS_TRY_VOID(check(investor, fills));
  std::vector<CashFlowMatch> matches;
  for (const Fill& fill : fills) {
    if (fill.units == 0) continue;
    AssetUser& asset = *fill.asset;
    const Amount amount = fill.units * asset.unit_price;
    investor.remaining_principal -= amount;
    asset.remaining_fund -= amount;
    investor.investments[asset.id] += amount;
    asset.investors[investor.id] += amount;
    matches.push_back({first_id + matches.size(), investor.id, asset.id, amount, fill.units});
  }
  return matches;
}

}  // namespace mainstay::exchange::models
