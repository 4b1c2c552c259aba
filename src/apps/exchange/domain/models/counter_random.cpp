#include "apps/exchange/domain/models/counter_random.hpp"

#include <cmath>

#include "apps/exchange/domain/models/portable_math.hpp"
#include "base/check.hpp"

namespace mainstay::exchange::models {
namespace {

__extension__ using Wide = unsigned __int128;  // no ISO type has 128 bits

constexpr std::uint32_t low_half(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
constexpr std::uint32_t high_half(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32U); }
constexpr std::uint64_t joined(std::uint32_t low, std::uint32_t high) {
  return (std::uint64_t{high} << 32U) | low;
}

}  // namespace

PhiloxCounter philox4x32_10(PhiloxCounter counter, PhiloxKey key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t first = std::uint64_t{0xD2511F53U} * counter[0];
    const std::uint64_t third = std::uint64_t{0xCD9E8D57U} * counter[2];
    counter = {high_half(third) ^ counter[1] ^ key[0], low_half(third),
               high_half(first) ^ counter[3] ^ key[1], low_half(first)};
    key[0] += 0x9E3779B9U;  // the golden ratio, and the square root of 3 less 1
    key[1] += 0xBB67AE85U;
  }
  return counter;
}

std::uint64_t CounterRandom::next() {
  const std::uint64_t draw = draw_++;
  if ((draw & 1U) != 0 && has_second_) return second_;
  const std::uint64_t block = draw >> 1U;
  const PhiloxCounter out =
      philox4x32_10({low_half(block), high_half(block), low_half(stream_), high_half(stream_)},
                    {low_half(seed_), high_half(seed_)});
  second_ = joined(out[2], out[3]);
  has_second_ = true;
  return (draw & 1U) != 0 ? second_ : joined(out[0], out[1]);
}

std::uint64_t CounterRandom::below(std::uint64_t bound) {
  MS_CHECK(bound > 0);
  Wide product = static_cast<Wide>(next()) * bound;
  if (static_cast<std::uint64_t>(product) < bound) {
    const std::uint64_t unfair = (0 - bound) % bound;  // 2^64 modulo bound
    while (static_cast<std::uint64_t>(product) < unfair) {
      product = static_cast<Wide>(next()) * bound;
    }
  }
  return static_cast<std::uint64_t>(product >> 64U);
}

std::int64_t CounterRandom::between(std::int64_t low, std::int64_t high) {
  MS_CHECK(low <= high);
  const std::uint64_t span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
  const std::uint64_t offset = span == 0 ? next() : below(span);  // 0: all of the 64 bits
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + offset);
}

double CounterRandom::uniform() { return static_cast<double>(next() >> 11U) * 0x1p-53; }

double CounterRandom::exponential(double rate) { return -portable_log(1 - uniform()) / rate; }

double CounterRandom::normal() {
  for (;;) {
    const double x = 2 * uniform() - 1;
    const double y = 2 * uniform() - 1;
    const double square = x * x + y * y;
    if (square < 1 && square > 0) return x * std::sqrt(-2 * portable_log(square) / square);
  }
}

std::uint64_t CounterRandom::poisson(double mean) {
  MS_CHECK(mean >= 0 && mean <= 1e12);
  if (mean >= 30) return poisson_by_rejection(mean);
  const double enough = portable_exp(-mean);
  std::uint64_t count = 0;
  for (double product = uniform(); product > enough; product *= uniform()) ++count;
  return count;
}

std::uint64_t CounterRandom::poisson_by_rejection(double mean) {
  const double b = 0.931 + 2.53 * std::sqrt(mean);
  const double a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
  const double surely = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const double u = uniform() - 0.5;
    const double v = 1 - uniform();  // in (0, 1]: its logarithm is taken
    const double edge = 0.5 - std::abs(u);
    if (edge <= 0) continue;
    const double k = std::floor((2 * a / edge + b) * u + mean + 0.43);
    if (edge >= 0.07 && v <= surely) return static_cast<std::uint64_t>(k);
    if (k < 0 || (edge < 0.013 && v > edge)) continue;
    const auto count = static_cast<std::uint64_t>(k);
    const double proposed = portable_log(v * inverse_alpha / (a / (edge * edge) + b));
    if (proposed <= k * portable_log(mean) - mean - portable_log_factorial(count)) return count;
  }
}

}  // namespace mainstay::exchange::models
