#include "apps/exchange/domain/models/counter_random.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

namespace mainstay::exchange::models::counter_random_test {
namespace {

struct Moments {
  double mean = 0;
  double variance = 0;
};

template <class Draw>
Moments moments_of(int count, Draw draw) {
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < count; ++i) {
    const double x = draw();
    sum += x;
    squares += x * x;
  }
  const double mean = sum / count;
  return {mean, squares / count - mean * mean};
}

}  // namespace

TEST_CASE("philox4x32-10: the known answers published with Random123 (kat_vectors)") {
  CHECK(philox4x32_10({0, 0, 0, 0}, {0, 0}) ==
        PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32_10({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("counter random: a draw depends on seed, stream and its number alone") {
  CounterRandom whole{42, 7};
  std::vector<std::uint64_t> draws(20);
  for (auto& draw : draws) draw = whole.next();
  for (std::uint64_t n = 0; n < draws.size(); ++n) {
    CounterRandom from{42, 7, n};  // odd numbers too: they start in the middle of a block
    CHECK(from.next() == draws[n]);
    if (n + 1 < draws.size()) CHECK(from.next() == draws[n + 1]);
    CHECK(CounterRandom{42, 8, n}.next() != draws[n]);
    CHECK(CounterRandom{43, 7, n}.next() != draws[n]);
  }
  CHECK(whole.draws() == 20U);
  CHECK(CounterRandom{0, 0}.next() == 0xe169c58d6627e8d5U);  // the first known answer
}

TEST_CASE("counter random: streams that run in another order draw the same") {
  CounterRandom a{1, 1};
  CounterRandom b{1, 2};
  const std::array in_turn{a.next(), b.next(), a.next(), b.next()};
  CounterRandom c{1, 1};
  CounterRandom d{1, 2};
  const auto d0 = d.next();
  const auto d1 = d.next();
  const auto c0 = c.next();
  CHECK(in_turn == std::array{c0, d0, c.next(), d1});
}

TEST_CASE("counter random: bounded integers are even, also where a modulo would not be") {
  CounterRandom random{3, 1};
  const std::uint64_t bound = 3ULL << 62U;  // a modulo would favour the lower third by two to one
  int low = 0;
  for (int i = 0; i < 6000; ++i) low += random.below(bound) < (1ULL << 62U) ? 1 : 0;
  CHECK(low > 1850);
  CHECK(low < 2150);
  for (int i = 0; i < 100; ++i) CHECK(random.below(1) == 0U);
  std::array<int, 5> seen{};
  for (int i = 0; i < 5000; ++i) ++seen.at(static_cast<std::size_t>(random.between(-2, 2) + 2));
  for (const int count : seen) CHECK(std::abs(count - 1000) < 130);
  constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
  constexpr auto highest = std::numeric_limits<std::int64_t>::max();
  CHECK(random.between(lowest, highest) != random.between(lowest, highest));
}

TEST_CASE("counter random: mean and variance of each distribution") {
  CounterRandom random{11, 5};
  const auto uniform = moments_of(20'000, [&] { return random.uniform(); });
  CHECK(std::abs(uniform.mean - 0.5) < 0.008);
  CHECK(std::abs(uniform.variance - 1.0 / 12) < 0.003);
  const auto exponential = moments_of(20'000, [&] { return random.exponential(4); });
  CHECK(std::abs(exponential.mean - 0.25) < 0.007);
  CHECK(std::abs(exponential.variance - 0.0625) < 0.006);
  const auto normal = moments_of(20'000, [&] { return random.normal(); });
  CHECK(std::abs(normal.mean) < 0.03);
  CHECK(std::abs(normal.variance - 1) < 0.04);
  for (const double mean : {0.3, 7.0, 29.9, 30.1, 400.0}) {
    CAPTURE(mean);
    const auto count = moments_of(8'000, [&] { return static_cast<double>(random.poisson(mean)); });
    CHECK(std::abs(count.mean - mean) < 5 * std::sqrt(mean / 8'000));
    CHECK(std::abs(count.variance / mean - 1) < 0.1);
  }
  CHECK(random.poisson(0) == 0U);
}

TEST_CASE("counter random: the two ways to a Poisson number agree value by value") {
  CounterRandom random{5, 9};
  constexpr double mean = 32;  // by rejection; the probabilities come from the formula
  std::array<int, 80> seen{};
  constexpr int draws = 20'000;
  for (int i = 0; i < draws; ++i) ++seen.at(random.poisson(mean));
  double chi = 0;
  for (int k = 20; k <= 44; ++k) {
    const double expected = draws * std::exp(k * std::log(mean) - mean - std::lgamma(k + 1.0));
    chi += std::pow(seen.at(static_cast<std::size_t>(k)) - expected, 2) / expected;
  }
  CHECK(chi < 53);  // 25 cells: the 99.9 % quantile is 52.6
}

}  // namespace mainstay::exchange::models::counter_random_test
