#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "platform/mail/address.hpp"

namespace mainstay::mail {

/// A message to one person. Texts are UTF-8.
struct Message {
  std::string to = {};  // an address, without a name
  std::string subject = {};
  std::string text = {};
  std::string html = {};  // empty: text alone
  /// Further ones: "Reply-To", "List-Unsubscribe", "X-...".
  std::vector<std::pair<std::string, std::string>> headers = {};
};

struct MessageLimits {
  std::size_t subject_bytes_max = 400;
  std::size_t body_bytes_max = 256U << 10U;  // of text and of html
  std::size_t headers_max = 16;
  std::size_t header_bytes_max = 900;
};
inline constexpr MessageLimits message_limits;

/// Refuses (Errc::refused) what no mail can carry or what would add headers or recipients: a bad
/// address, control characters in subject or headers, headers that Mainstay writes itself, text
/// that is no UTF-8, sizes beyond the limits.
Result<> check(const Message& message);

/// As one line of JSON, and back: the payload of a job.
std::string to_payload(const Message& message);
Result<Message> from_payload(std::string_view payload);

}  // namespace mainstay::mail
