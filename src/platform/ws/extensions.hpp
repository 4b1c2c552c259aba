#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mainstay::ws {

/// What was agreed on about permessage-deflate (RFC 7692 7.1). Both sides always start each message
/// afresh: neither takes over a context.
struct DeflateTerms {
  std::uint8_t server_window_bits = 15;  // 8..15: how far back our messages may refer
  bool says_window_bits = false;         // the client asked, so the answer must name them
};

/// A client's `Sec-WebSocket-Extensions`, all of its lines joined by ", ". The first offer of
/// permessage-deflate that can be accepted counts; one with an unknown, repeated or malformed
/// parameter is declined (7.1), other extensions are none of our business.
struct ExtensionOffers {
  bool well_formed = true;  // RFC 6455 9.1's grammar
  std::optional<DeflateTerms> deflate = {};
};
ExtensionOffers parse_extension_offers(std::string_view value);

/// The value of our `Sec-WebSocket-Extensions`.
std::string answer_to(const DeflateTerms& terms);

}  // namespace mainstay::ws
