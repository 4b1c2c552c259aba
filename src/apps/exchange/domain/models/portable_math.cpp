#include "apps/exchange/domain/models/portable_math.hpp"

#include <algorithm>
#include <cmath>

namespace mainstay::exchange::models {
namespace {

constexpr double ln_2 = 0.693147180559945309417;
constexpr double ln_2_high = 6.93147180369123816490e-01;  // 33 bits: a multiple of it is exact
constexpr double ln_2_low = 1.90821492927058770002e-10;
constexpr double half_ln_2_pi = 0.918938533204672741780;

}  // namespace

double portable_log(double x) {
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);
  if (mantissa < 0.70710678118654752440) {
    mantissa *= 2;
    --exponent;
  }
  // ln m = 2 artanh((m - 1) / (m + 1)); the argument is below 0.172, so eleven terms suffice.
  const double s = (mantissa - 1) / (mantissa + 1);
  const double z = s * s;
  double series = 0;
  for (int k = 10; k >= 0; --k) series = series * z + 1.0 / (2 * k + 1);
  return exponent * ln_2_high + (exponent * ln_2_low + 2 * s * series);
}

double portable_exp(double x) {
  if (x < -700) return 0;
  x = std::min(x, 700.0);
  const double k = std::floor(x / ln_2 + 0.5);
  const double r = (x - k * ln_2_high) - k * ln_2_low;
  double series = 1;
  for (int n = 14; n >= 1; --n) series = 1 + series * r / n;
  return std::ldexp(series, static_cast<int>(k));
}

double portable_log_factorial(std::uint64_t k) {
  double small = 1;
  if (k < 16) {
    for (std::uint64_t i = 2; i <= k; ++i) small *= static_cast<double>(i);
    return portable_log(small);
  }
  // Stirling's series for ln Gamma(n + 1); the term left out is below 1e-12 of the first kept one.
  const auto n = static_cast<double>(k);
  const double square = n * n;
  const double tail =
      (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - 1.0 / (1680 * square)) / square) / square) / n;
  return n * portable_log(n) - n + 0.5 * portable_log(n) + half_ln_2_pi + tail;
}

}  // namespace mainstay::exchange::models
