#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace mainstay::exchange::models {

/// What the simulator's models refuse. The detail names the field, its value and what is allowed.
enum class ModelErrc : std::uint8_t {
  parameters_invalid = 1,  // a number of a model outside its range
  investor_invalid,        // a field of an InvestorUser
  asset_invalid,           // a field of an AssetUser
  principal_too_small,     // fewer than 30 units of money
  over_invest,             // more than the investor has left
  too_much_fund,           // more than an asset still takes
  too_many,                // beyond a bound of model_limits.hpp
  duplicate_user,          // an id that is there already
  unknown_user,            // an id that is not there
  series_invalid,          // a CSV of times and values; the detail names the line
};
const ErrorRow& error_row(ModelErrc code);

}  // namespace mainstay::exchange::models
