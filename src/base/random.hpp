#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace mainstay {

/// Repeatable pseudo-random numbers (splitmix64): same seed, same sequence. For tests, simulations
/// and jitter; never for secrets.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// Uniform in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound);

 private:
  std::uint64_t state_;
};

/// Fills with the kernel's randomness; ends the process if the kernel refuses. For keys and tokens.
void fill_secret(std::span<std::byte> out);

/// One secret number: a seed that nobody outside can guess.
std::uint64_t secret_u64();

/// `bytes` secret random bytes in lower-case hexadecimal.
std::string secret_hex(std::size_t bytes);

}  // namespace mainstay
