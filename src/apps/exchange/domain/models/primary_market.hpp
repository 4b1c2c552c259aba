#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "apps/exchange/domain/models/demand_queue.hpp"
#include "apps/exchange/domain/models/matching.hpp"
#include "apps/exchange/domain/models/opl.hpp"
#include "apps/exchange/domain/models/settlement.hpp"
#include "apps/exchange/domain/models/users.hpp"
#include "base/result.hpp"

namespace mainstay::exchange::models {

enum class AllocationMethod : std::uint8_t {
  mean_variance,       // OPL for each who waits, in the DemandQueue's order
  deferred_acceptance  // all who wait at once: MatchingAlgo
};

/// Where assets are sold for the first time. Investors and assets come at any time; who is not
/// served to the last per cent waits, and is tried again by the next allocate(). What is issued
/// here is traded in the order book afterwards. One thread at a time.
class PrimaryMarket {
 public:
  explicit PrimaryMarket(OplOptions options = {}, Taste taste = {})
      : options_(options), taste_(taste) {}

  /// Checked as new_investor() does; waits from `now` on.
  Result<> add_investor(InvestorUser wanted, SystemTime now);
  /// Checked as new_asset() does; all assets are ranked anew.
  Result<> add_asset(AssetUser wanted);
  /// Goes on with those who took part before, as they are now: the investors wait in the order
  /// given
  /// (`since` earlier for earlier ones), and all assets are ranked. duplicate_user, too_many.
  Result<> resume(std::vector<InvestorUser> investors, std::vector<AssetUser> assets);
  /// Does not want to wait any more; what was matched stays. unknown_user when it did not wait.
  Result<> stop_waiting(InvestorUserId id);

  /// Serves all who wait as far as it can; the matches that this made, ids counting on from 1.
  /// Refuses more than ModelLimits::pairs_max of who waits times assets (serve them one by one
  /// then). Mean and variance take some 5 ms an investor who may choose among 200 assets, so this
  /// is no call for a thread that others wait for.
  Result<std::vector<CashFlowMatch>> allocate(SystemTime now, AllocationMethod method);
  /// Serves one investor by mean and variance, whether it waits or not (it does afterwards unless
  /// it is done).
  Result<std::vector<CashFlowMatch>> allocate_one(InvestorUserId id, SystemTime now);

  [[nodiscard]] const InvestorUser* investor(InvestorUserId id) const;
  [[nodiscard]] const AssetUser* asset(AssetUserId id) const;
  [[nodiscard]] const std::map<InvestorUserId, InvestorUser>& investors() const {
    return investors_;
  }
  [[nodiscard]] const std::map<AssetUserId, AssetUser>& assets() const { return assets_; }
  [[nodiscard]] const DemandQueue& waiting() const { return waiting_; }

 private:
  Result<std::vector<CashFlowMatch>> serve(InvestorUser& investor, std::span<const Fill> fills,
                                           SystemTime now);
  Result<std::vector<CashFlowMatch>> serve_by_variance(std::span<InvestorUser* const> who,
                                                       SystemTime now);
  Result<std::vector<CashFlowMatch>> serve_by_acceptance(std::span<InvestorUser* const> who,
                                                         SystemTime now);
  std::vector<AssetUser*> all_assets();

  OplOptions options_;
  Taste taste_;
  std::map<InvestorUserId, InvestorUser> investors_;
  std::map<AssetUserId, AssetUser> assets_;
  DemandQueue waiting_;
  std::uint64_t next_match_ = 1;
};

}  // namespace mainstay::exchange::models
