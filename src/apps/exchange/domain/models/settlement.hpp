#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "apps/exchange/domain/models/users.hpp"
#include "base/result.hpp"

namespace mainstay::exchange::models {

/// Units of one asset for one investor, before they are paid.
struct Fill {
  AssetUser* asset = nullptr;
  std::int64_t units = 0;
};

/// Money that went from an investor to an asset, and the units issued for it. Both sides' books
/// show it under the one id.
struct CashFlowMatch {
  std::uint64_t id = 0;
  InvestorUserId investor{};
  AssetUserId asset{};
  Amount amount = 0;
  std::int64_t units = 0;
};

/// Pays for the fills: what the investor loses is what the assets' funds are filled by, to the last
/// minor unit. All of them or none: over_invest or too_much_fund leave everybody as they were. The
/// matches take ids from `first_id` on; fills of no units make none.
Result<std::vector<CashFlowMatch>> settle(InvestorUser& investor, std::span<const Fill> fills,
                                          std::uint64_t first_id);

}  // namespace mainstay::exchange::models
