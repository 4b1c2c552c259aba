#include "platform/auth/password_hasher.hpp"

#include <sodium.h>

#include "base/check.hpp"
#include "base/random.hpp"

namespace mainstay::auth {

PasswordHasher::PasswordHasher(HashCost cost) : cost_(cost) {
  MS_CHECK(::sodium_init() >= 0);
  nobody_ = hash(secret_hex(16));
  computed_ = 0;
}

std::string PasswordHasher::hash(std::string_view password) const {
  char out[crypto_pwhash_STRBYTES];
  ++computed_;
  const int made = ::crypto_pwhash_str_alg(out, password.data(), password.size(), cost_.passes,
                                           cost_.memory_bytes, crypto_pwhash_ALG_ARGON2ID13);
  MS_CHECK(made == 0);  // out of memory
  return out;
}

bool PasswordHasher::verify(const std::string& stored, std::string_view password) const {
  const std::string& against = stored.empty() ? nobody_ : stored;
  ++computed_;
  const int same = ::crypto_pwhash_str_verify(against.c_str(), password.data(), password.size());
  return same == 0 && !stored.empty();
}

bool PasswordHasher::is_outdated(const std::string& stored) const {
  return ::crypto_pwhash_str_needs_rehash(stored.c_str(), cost_.passes, cost_.memory_bytes) != 0;
}

}  // namespace mainstay::auth
