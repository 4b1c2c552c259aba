#pragma once

#include <array>
#include <cstdint>

namespace mainstay::exchange::models {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

/// Philox4x32-10: 128 random bits as a function of a counter and a key. Salmon, Moraes, Dror, Shaw,
/// "Parallel random numbers: as easy as 1, 2, 3", SC11, section 4.
PhiloxCounter philox4x32_10(PhiloxCounter counter, PhiloxKey key);

/// Random numbers by counting: draw n of stream s under a seed is a function of (seed, s, n) and of
/// nothing else. Each agent has its own stream, so what it draws does not depend on when the others
/// run. Same bits on every machine (portable_math.hpp). Never for secrets. 2^65 draws a stream.
class CounterRandom {
 public:
  CounterRandom(std::uint64_t seed, std::uint64_t stream, std::uint64_t draw = 0)
      : seed_(seed), stream_(stream), draw_(draw) {}

  /// The next 64 bits.
  std::uint64_t next();
  /// How many 64-bit draws were taken: `CounterRandom{seed, stream, draws()}` goes on from here.
  [[nodiscard]] std::uint64_t draws() const { return draw_; }

  /// Uniform in [0, bound), exactly; bound > 0 (Lemire 2019: a product, rarely a second draw).
  std::uint64_t below(std::uint64_t bound);
  /// Uniform in [low, high], exactly; low <= high.
  std::int64_t between(std::int64_t low, std::int64_t high);
  /// Uniform in [0, 1), a multiple of 2^-53.
  double uniform();
  /// Mean 1 / rate; rate > 0.
  double exponential(double rate);
  /// Mean 0, variance 1 (Marsaglia's polar method; the second of the pair is not kept).
  double normal();
  /// Mean in [0, 1e12]; 0 for a mean of 0. Below 30 by a product of uniforms, above by
  /// Hormann's transformed rejection (PTRS, 1993).
  std::uint64_t poisson(double mean);

 private:
  std::uint64_t poisson_by_rejection(double mean);

  std::uint64_t seed_;
  std::uint64_t stream_;
  std::uint64_t draw_;
  std::uint64_t second_ = 0;  // the other half of the block of an even draw
  bool has_second_ = false;
};

}  // namespace mainstay::exchange::models
