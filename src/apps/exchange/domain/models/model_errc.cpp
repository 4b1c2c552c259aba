#include "apps/exchange/domain/models/model_errc.hpp"

namespace mainstay::exchange::models {
namespace {

constexpr ErrorRow parameters_row{"model_parameters_invalid", "this model cannot be set up so",
                                  422};
constexpr ErrorRow investor_row{"investor_invalid", "this investor cannot take part", 422};
constexpr ErrorRow asset_row{"asset_invalid", "this asset cannot take part", 422};
constexpr ErrorRow principal_row{"principal_too_small", "too little principal", 422};
constexpr ErrorRow over_row{"over_invest", "more than the investor has left", 409};
constexpr ErrorRow fund_row{"too_much_fund", "more than the asset still takes", 409};
constexpr ErrorRow many_row{"model_too_many", "more than the simulator takes", 422};
constexpr ErrorRow duplicate_row{"duplicate_user", "this id is taken", 409};
constexpr ErrorRow unknown_row{"unknown_user", "there is nobody of this id", 404};
constexpr ErrorRow series_row{"series_invalid", "this is no series of times and values", 422};

}  // namespace

const ErrorRow& error_row(ModelErrc code) {
  switch (code) {
    case ModelErrc::parameters_invalid:
      return parameters_row;
    case ModelErrc::investor_invalid:
      return investor_row;
    case ModelErrc::asset_invalid:
      return asset_row;
    case ModelErrc::principal_too_small:
      return principal_row;
    case ModelErrc::over_invest:
      return over_row;
    case ModelErrc::too_much_fund:
      return fund_row;
    case ModelErrc::too_many:
      return many_row;
    case ModelErrc::duplicate_user:
      return duplicate_row;
    case ModelErrc::unknown_user:
      return unknown_row;
    case ModelErrc::series_invalid:
      break;
  }
  return series_row;
}

}  // namespace mainstay::exchange::models
