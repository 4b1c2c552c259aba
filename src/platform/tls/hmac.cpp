#include "platform/tls/hmac.hpp"

#include <climits>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.hpp"

namespace mainstay::tls {

std::string hmac_sha256(std::string_view key, std::string_view message) {
  MS_CHECK(key.size() <= INT_MAX);
  std::string out(32, '\0');
  unsigned int size = 0;
  const auto* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                          reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                          reinterpret_cast<unsigned char*>(out.data()), &size);
  MS_CHECK(made != nullptr && size == out.size());
  return out;
}

}  // namespace mainstay::tls
