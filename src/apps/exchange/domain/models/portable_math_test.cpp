#include "apps/exchange/domain/models/portable_math.hpp"

#include <cmath>
#include <cstdint>

#include <doctest/doctest.h>

namespace mainstay::exchange::models::portable_math_test {

TEST_CASE("portable math: agrees with libm to the last digits") {
  for (double x = 1e-300; x < 1e300; x *= 7.3) {
    CHECK(portable_log(x) == doctest::Approx(std::log(x)).epsilon(1e-15));
  }
  for (double x = 0.9; x < 1.1; x += 0.0013) {
    CHECK(std::abs(portable_log(x) - std::log(x)) <= 4e-16 * std::abs(std::log(x)));
  }
  for (double x = -690; x < 690; x += 1.37) {
    CHECK(std::abs(portable_exp(x) / std::exp(x) - 1) < 1e-15);
  }
  CHECK(portable_log(1) == 0);
  CHECK(portable_exp(0) == 1);
  CHECK(portable_exp(-1e9) == 0);
  CHECK(std::isfinite(portable_exp(1e9)));
}

TEST_CASE("portable math: logarithms of factorials, below and above the series") {
  for (std::uint64_t k = 0; k < 60; ++k) {
    const double expected = std::lgamma(static_cast<double>(k) + 1);
    CHECK(std::abs(portable_log_factorial(k) - expected) <= 1e-13 * (1 + expected));
  }
  CHECK(portable_log_factorial(1'000'000) == doctest::Approx(std::lgamma(1'000'001.0)));
}

}  // namespace mainstay::exchange::models::portable_math_test
