#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/http/request.hpp"
#include "platform/ws/extensions.hpp"

namespace mainstay::ws {

/// A client's opening handshake (RFC 6455 4.2.1), looked at: good unless it has a `refusal`.
struct Handshake {
  struct Refusal {
    int status;
    std::string_view code;
    std::string_view detail;
  };
  std::optional<Refusal> refusal = {};  // of literals
  std::string_view key = {};
  std::optional<DeflateTerms> deflate = {};
};
Handshake parse_handshake(const http::Request& request);

/// The value of our `Sec-WebSocket-Accept` (4.2.2).
std::string accept_value(std::string_view key);

/// The elements of a header that is a list, over all of its lines; empty ones left out.
std::vector<std::string_view> list_elements(const http::Request& request, std::string_view header);

}  // namespace mainstay::ws
