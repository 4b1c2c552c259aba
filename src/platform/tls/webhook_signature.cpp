#include "platform/tls/webhook_signature.hpp"

#include "base/text.hpp"
#include "platform/tls/hmac.hpp"

namespace mainstay::tls {

std::string webhook_signature(std::string_view key, std::string_view id, Seconds timestamp,
                              std::string_view body) {
  std::string message{id};
  message.append(".").append(std::to_string(timestamp.count())).append(".").append(body);
  return "v1," + base64_encode(hmac_sha256(key, message));
}

}  // namespace mainstay::tls
