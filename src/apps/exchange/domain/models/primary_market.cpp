#include "apps/exchange/domain/models/primary_market.hpp"

#include <string>
#include <utility>

#include "apps/exchange/domain/models/model_errc.hpp"
#include "apps/exchange/domain/models/model_limits.hpp"

namespace mainstay::exchange::models {
namespace {

using Matches = std::vector<CashFlowMatch>;

template <class Users, class Id>
Result<> check_room(const Users& users, Id id, std::size_t most, const char* kind) {
  if (users.contains(id)) {
    return Error{ModelErrc::duplicate_user, std::string{kind} + " " + std::to_string(id.get())};
  }
  if (users.size() >= most) {
    return Error{ModelErrc::too_many, std::to_string(most) + " " + kind + "s are the most"};
  }
  return {};
}

Error unknown(InvestorUserId id) {
  return Error{ModelErrc::unknown_user, "investor " + std::to_string(id.get())};
}

void append(Matches& to, const Matches& more) { to.insert(to.end(), more.begin(), more.end()); }

}  // namespace

Result<> PrimaryMarket::add_investor(InvestorUser wanted, SystemTime now) {
  MS_TRY_VOID(check_room(investors_, wanted.id, ModelLimits::investors_max, "investor"));
  MS_TRY(auto made, new_investor(std::move(wanted)));
  MS_TRY_VOID(waiting_.insert({made.id, made.mu, made.sigma, made.remaining_principal, now}));
  investors_.emplace(made.id, std::move(made));
  return {};
}

Result<> PrimaryMarket::add_asset(AssetUser wanted) {
  MS_TRY_VOID(check_room(assets_, wanted.id, ModelLimits::assets_max, "asset"));
  MS_TRY(auto made, new_asset(std::move(wanted)));
  assets_.emplace(made.id, std::move(made));
  rank_assets(all_assets());
  return {};
}

Result<> PrimaryMarket::resume(std::vector<InvestorUser> investors, std::vector<AssetUser> assets) {
  SystemTime since{};
  for (InvestorUser& one : investors) {
    MS_TRY_VOID(check_room(investors_, one.id, ModelLimits::investors_max, "investor"));
    since += Micros{1};
    MS_TRY_VOID(waiting_.insert({one.id, one.mu, one.sigma, one.remaining_principal, since}));
    investors_.emplace(one.id, std::move(one));
  }
  for (AssetUser& one : assets) {
    MS_TRY_VOID(check_room(assets_, one.id, ModelLimits::assets_max, "asset"));
    assets_.emplace(one.id, std::move(one));
  }
  rank_assets(all_assets());
  return {};
}

Result<> PrimaryMarket::stop_waiting(InvestorUserId id) {
  if (!waiting_.erase(id)) return unknown(id);
  return {};
}

Result<Matches> PrimaryMarket::allocate(SystemTime now, AllocationMethod method) {
  if (waiting_.size() * assets_.size() > ModelLimits::pairs_max) {
    return Error{ModelErrc::too_many, std::to_string(waiting_.size()) + " who wait times " +
                                          std::to_string(assets_.size()) +
                                          " assets; serve them one by one"};
  }
  std::vector<InvestorUser*> who;
  for (const Demand& demand : waiting_) who.push_back(&investors_.at(demand.investor));
  return method == AllocationMethod::mean_variance ? serve_by_variance(who, now)
                                                   : serve_by_acceptance(who, now);
}

Result<Matches> PrimaryMarket::allocate_one(InvestorUserId id, SystemTime now) {
  const auto found = investors_.find(id);
  if (found == investors_.end()) return unknown(id);
  InvestorUser* const who[] = {&found->second};
  return serve_by_variance(who, now);
}

Result<Matches> PrimaryMarket::serve_by_variance(std::span<InvestorUser* const> who,
                                                 SystemTime now) {
  Matches matches;
  const auto assets = all_assets();
  for (InvestorUser* investor : who) {
    const auto plan = plan_allocation(*investor, assets, now, options_);
    MS_TRY(const auto made, serve(*investor, plan.fills, now));
    append(matches, made);
  }
  return matches;
}

Result<Matches> PrimaryMarket::serve_by_acceptance(std::span<InvestorUser* const> who,
                                                   SystemTime now) {
  const auto assets = all_assets();
  MS_TRY(const auto flows, deferred_acceptance(stable_problem(who, assets, now, taste_)));
  std::vector<std::vector<Fill>> fills(who.size());
  for (const StableFlow& flow : flows) {
    AssetUser& asset = *assets[flow.asset];
    fills[flow.investor].push_back({&asset, flow.amount / asset.unit_price});
  }
  Matches matches;
  for (std::size_t i = 0; i < who.size(); ++i) {
    MS_TRY(const auto made, serve(*who[i], fills[i], now));
    append(matches, made);
  }
  return matches;
}

Result<Matches> PrimaryMarket::serve(InvestorUser& investor, std::span<const Fill> fills,
                                     SystemTime now) {
  MS_TRY(auto matches, settle(investor, fills, next_match_));
  next_match_ += matches.size();
  if (investor.is_done()) {
    waiting_.erase(investor.id);
  } else if (!waiting_.change_cash(investor.id, investor.remaining_principal)) {
    MS_TRY_VOID(waiting_.insert(
        {investor.id, investor.mu, investor.sigma, investor.remaining_principal, now}));
  }
  return matches;
}

std::vector<AssetUser*> PrimaryMarket::all_assets() {
  std::vector<AssetUser*> out;
  for (auto& [id, asset] : assets_) out.push_back(&asset);
  return out;
}

const InvestorUser* PrimaryMarket::investor(InvestorUserId id) const {
  const auto found = investors_.find(id);
  return found == investors_.end() ? nullptr : &found->second;
}

const AssetUser* PrimaryMarket::asset(AssetUserId id) const {
  const auto found = assets_.find(id);
  return found == assets_.end() ? nullptr : &found->second;
}

}  // namespace mainstay::exchange::models
