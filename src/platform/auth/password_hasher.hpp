#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mainstay::auth {

/// What a guess costs: memory and passes over it (Argon2id, one lane).
struct HashCost {
  std::size_t memory_bytes = std::size_t{64} << 20U;
  std::uint64_t passes = 2;
};

/// Argon2id by libsodium. Slow on purpose (tens of milliseconds) and heavy (`memory_bytes` each):
/// never on an I/O thread. Any thread otherwise. Without memory for it the process ends.
class PasswordHasher {
 public:
  explicit PasswordHasher(HashCost cost);

  /// "$argon2id$v=19$m=65536,t=2,p=1$salt$hash", with a salt of its own.
  [[nodiscard]] std::string hash(std::string_view password) const;
  /// As slow for an empty `stored` (nobody there) as for another, which then never matches.
  [[nodiscard]] bool verify(const std::string& stored, std::string_view password) const;
  /// Made with another cost than ours: hash again when the password is at hand.
  [[nodiscard]] bool is_outdated(const std::string& stored) const;

  /// What verify() works on when nobody is there, for tests.
  [[nodiscard]] const std::string& hash_of_nobody() const { return nobody_; }
  /// Hashes computed so far, for tests that compare the work of two paths.
  [[nodiscard]] std::uint64_t computed() const { return computed_; }

 private:
  HashCost cost_;
  std::string nobody_;  // a hash like any other, of a password that nobody has
  mutable std::atomic<std::uint64_t> computed_{0};
};

}  // namespace mainstay::auth
