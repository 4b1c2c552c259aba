#pragma once

#include <cstdint>

namespace mainstay::exchange::models {

/// Elementary functions from additions, multiplications and divisions only. libm picks another
/// variant on another processor and rounds the last digit differently; a simulation that must give
/// the same bits everywhere uses these. Relative error below 1e-15.

/// Natural logarithm; `x` positive and finite.
double portable_log(double x);

/// e to the `x`; 0 below -700, and `x` is taken as 700 above that.
double portable_exp(double x);

/// ln(k!).
double portable_log_factorial(std::uint64_t k);

}  // namespace mainstay::exchange::models
