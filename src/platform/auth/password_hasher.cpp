#include "platform/auth/password_hasher.hpp"

#include <sodium.h>

#include "base/check.hpp"

namespace mainstay::auth {

namespace {

std::string random_base64(std::size_t bytes) {
  std::string raw(bytes, '\0');
  ::randombytes_buf(raw.data(), raw.size());
  constexpr int variant = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
  std::string text(sodium_base64_ENCODED_LEN(bytes, variant), '\0');
  ::sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(raw.data()),
                      raw.size(), variant);
  text.pop_back();  // the end of a C string
  return text;
}

/// Looks like any other hash of this cost and takes as long to verify; of no known password. A
/// start need not compute one for that.
std::string like_a_hash(const HashCost& cost) {
  return "$argon2id$v=19$m=" + std::to_string(cost.memory_bytes >> 10U) +
         ",t=" + std::to_string(cost.passes) + ",p=1$" + random_base64(16) + "$" +
         random_base64(32);
}

}  // namespace

PasswordHasher::PasswordHasher(HashCost cost) : cost_(cost) {
  MS_CHECK(::sodium_init() >= 0);
  nobody_ = like_a_hash(cost_);
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
