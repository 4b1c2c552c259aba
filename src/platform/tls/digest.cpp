#include "platform/tls/digest.hpp"

#include <openssl/evp.h>

#include "base/check.hpp"

namespace mainstay::tls {

std::string sha256(std::string_view bytes) {
  std::string out(32, '\0');
  unsigned int size = 0;
  MS_CHECK(::EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()),
                        &size, EVP_sha256(), nullptr) == 1);
  MS_CHECK(size == out.size());
  return out;
}

}  // namespace mainstay::tls
