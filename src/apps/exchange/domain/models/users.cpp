#include "apps/exchange/domain/models/users.hpp"

#include <cmath>
#include <numeric>
#include <utility>

#include "apps/exchange/domain/models/model_errc.hpp"
#include "apps/exchange/domain/models/model_limits.hpp"
#include "base/text.hpp"

namespace mainstay::exchange::models {
namespace {

Result<> check_genre(ModelErrc code, const std::string& genre) {
  if (genre.empty() || genre.size() > ModelLimits::genre_bytes_max || !is_valid_utf8(genre)) {
    return Error{code, "genre must be 1 to 64 bytes of UTF-8"};
  }
  return {};
}

Result<> check_moments(ModelErrc code, double mu, double sigma) {
  if (!(std::abs(mu) <= ModelLimits::magnitude_max)) {
    return Error{code, "mu must be a number within 1e9 of 0"};
  }
  if (!(sigma > 0 && sigma <= ModelLimits::magnitude_max)) {
    return Error{code, "sigma must be above 0 and at most 1e9"};
  }
  return {};
}

Result<> take_moments_of_history(AssetUser& asset) {
  if (asset.history.size() > ModelLimits::history_max) {
    return Error{ModelErrc::asset_invalid, "history must have at most 10000 values"};
  }
  for (const double income : asset.history) {
    if (!(std::abs(income) <= ModelLimits::magnitude_max)) {
      return Error{ModelErrc::asset_invalid, "history must hold numbers within 1e9 of 0"};
    }
  }
  if (asset.history.size() < 2) return {};
  const auto count = static_cast<double>(asset.history.size());
  asset.mu = std::accumulate(asset.history.begin(), asset.history.end(), 0.0) / count;
  double squares = 0;
  for (const double income : asset.history) squares += std::pow(income - asset.mu, 2);
  asset.sigma = std::sqrt(squares / (count - 1));
  return {};
}

}  // namespace

Result<InvestorUser> new_investor(InvestorUser wanted) {
  MS_TRY_VOID(check_moments(ModelErrc::investor_invalid, wanted.mu, wanted.sigma));
  MS_TRY_VOID(check_genre(ModelErrc::investor_invalid, wanted.genre));
  if (wanted.principal < ModelLimits::principal_minor_min) {
    return Error{ModelErrc::principal_too_small,
                 "principal is " + std::to_string(wanted.principal) +
                     " minor units; it must be at least 3000 (30 units of money)"};
  }
  if (wanted.principal > ModelLimits::money_minor_max) {
    return Error{ModelErrc::investor_invalid, "principal must be at most 9e15 minor units"};
  }
  wanted.remaining_principal = wanted.principal;
  wanted.investments.clear();
  return wanted;
}

Result<AssetUser> new_asset(AssetUser wanted) {
  MS_TRY_VOID(take_moments_of_history(wanted));
  MS_TRY_VOID(check_moments(ModelErrc::asset_invalid, wanted.mu, wanted.sigma));
  MS_TRY_VOID(check_genre(ModelErrc::asset_invalid, wanted.genre));
  if (wanted.genre == any_genre) {
    return Error{ModelErrc::asset_invalid, "genre must be one: \"any\" is for investors"};
  }
  if (wanted.total_fund < 1 || wanted.total_fund > ModelLimits::money_minor_max) {
    return Error{ModelErrc::asset_invalid, "total_fund must be 1 to 9e15 minor units"};
  }
  if (wanted.unit_price < 1 || wanted.total_fund % wanted.unit_price != 0) {
    return Error{ModelErrc::asset_invalid, "unit_price must divide total_fund"};
  }
  if (wanted.expiration_date <= wanted.pricing_date) {
    return Error{ModelErrc::asset_invalid, "expiration_date must be after pricing_date"};
  }
  wanted.remaining_fund = wanted.total_fund;
  wanted.investors.clear();
  return wanted;
}

bool is_eligible(const InvestorUser& investor, const AssetUser& asset, SystemTime now) {
  const bool wanted = investor.genre == any_genre || investor.genre == asset.genre;
  return wanted && asset.units_left() > 0 && asset.expiration_date > now &&
         asset.expiration_date <= investor.time_horizon;
}

}  // namespace mainstay::exchange::models
