#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace mainstay::tls {

/// The value of `webhook-signature` (Standard Webhooks 1.0): "v1," and the base64 of HMAC-SHA256
/// over "id.timestamp.body". `timestamp`: since 1970, as in `webhook-timestamp`. Any thread.
std::string webhook_signature(std::string_view key, std::string_view id, Seconds timestamp,
                              std::string_view body);

}  // namespace mainstay::tls
