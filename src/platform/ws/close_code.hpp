#pragma once

#include <cstdint>

namespace mainstay::ws {

/// RFC 6455 7.4.1 and the IANA registry. Applications may use 3000 to 4999 of their own.
enum class CloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported_data = 1003,
  no_status = 1005,  // never sent: the client's close had no code
  abnormal = 1006,   // never sent: the connection was lost, or cut off
  invalid_payload = 1007,
  policy_violation = 1008,
  message_too_big = 1009,
  internal_error = 1011,
  service_restart = 1012,
  try_again_later = 1013,
};

/// Whether it may stand in a close frame.
constexpr bool may_be_sent(CloseCode code) {
  const auto number = static_cast<std::uint16_t>(code);
  return (number >= 1000 && number <= 1003) || (number >= 1007 && number <= 1014) ||
         (number >= 3000 && number <= 4999);
}

}  // namespace mainstay::ws
