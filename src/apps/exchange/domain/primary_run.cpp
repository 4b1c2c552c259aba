#include "apps/exchange/domain/primary_run.hpp"

#include <algorithm>
#include <utility>

namespace mainstay::exchange {

Result<RunOutput> plan_run(RunInput input, const std::vector<Amount>& cash,
                           AllocationRecord wanted) {
  RunOutput out;
  std::vector<models::InvestorUser> investors;
  for (std::size_t i = 0; i < input.investors.size(); ++i) {
    models::InvestorUser& user = input.investors[i].user;
    user.remaining_principal = std::min(user.remaining_principal, std::max<Amount>(cash[i], 0));
    out.tried.push_back(user.id);
    investors.push_back(std::move(user));
  }
  std::vector<models::AssetUser> artists;
  for (ArtistRecord& one : input.artists) artists.push_back(std::move(one.user));

  models::PrimaryMarket market;
  MS_TRY_VOID(market.resume(std::move(investors), std::move(artists)));
  MS_TRY(out.matches, market.allocate(wanted.created_at, wanted.method));
  for (const auto& [id, artist] : market.assets()) out.rankings.emplace_back(id, artist.ranking);
  out.allocation = std::move(wanted);
  return out;
}

}  // namespace mainstay::exchange
