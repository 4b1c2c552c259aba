#include "platform/tls/hmac.hpp"

#include <climits>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.hpp"

namespace mainstay::tls {
namespace {

std::string hmac(const EVP_MD* digest, std::size_t bytes, std::string_view key,
                 std::string_view message) {
  MS_CHECK(key.size() <= INT_MAX);
  std::string out(bytes, '\0');
  unsigned int size = 0;
  const auto* made = HMAC(digest, key.data(), static_cast<int>(key.size()),
                          reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                          reinterpret_cast<unsigned char*>(out.data()), &size);
  MS_CHECK(made != nullptr && size == out.size());
  return out;
}

}  // namespace

std::string hmac_sha256(std::string_view key, std::string_view message) {
  return hmac(EVP_sha256(), 32, key, message);
}

std::string hmac_sha1(std::string_view key, std::string_view message) {
  return hmac(EVP_sha1(), 20, key, message);
}

}  // namespace mainstay::tls
