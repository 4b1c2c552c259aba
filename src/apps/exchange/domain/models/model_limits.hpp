#pragma once

#include <cstddef>
#include <cstdint>

namespace mainstay::exchange::models {

/// Bounds of the simulator's models. Beyond one of them a call is refused with
/// ModelErrc::too_many or the code of the thing that is too large.
struct ModelLimits {
  // Money is in minor units (hundredths) and below 2^53, so that a double holds every amount.
  static constexpr std::int64_t minor_per_unit = 100;
  static constexpr std::int64_t principal_minor_min = 30 * minor_per_unit;
  static constexpr std::int64_t money_minor_max = 9'000'000'000'000'000;
  static constexpr double magnitude_max = 1e9;  // of mu, sigma, incomes and a model's parameters

  static constexpr std::size_t genre_bytes_max = 64;
  static constexpr std::size_t history_max = 10'000;     // incomes of one asset
  static constexpr std::size_t investors_max = 100'000;  // of one primary market
  static constexpr std::size_t assets_max = 10'000;
  static constexpr std::size_t pairs_max = 4'000'000;      // investors times assets, served at once
  static constexpr std::size_t portfolio_names_max = 200;  // among which one allocation chooses

  // A series of arrivals, as CSV.
  static constexpr std::size_t series_bytes_max = 64U << 20U;
  static constexpr std::size_t series_rows_max = 1'000'000;
  static constexpr std::size_t series_line_bytes_max = 4096;
};

}  // namespace mainstay::exchange::models
