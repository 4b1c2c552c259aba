#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace mainstay::http {

/// Where a client's request goes.
struct ClientUrl {
  bool tls = false;
  std::string host;  // a name or an address, without brackets
  std::uint16_t port = 0;
  std::string host_header;  // as the Host header wants it
  std::string target;       // path and query, at least "/"
};

/// An absolute http or https URL of at most 8,192 bytes. Refused (url_invalid): another scheme, no
/// host, user information (a header is the place for credentials), escapes in the host. A fragment
/// is dropped.
Result<ClientUrl> parse_client_url(std::string_view text);

}  // namespace mainstay::http
