#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "platform/http/response.hpp"

namespace mainstay::http {

/// "Not Found" for 404; "Unknown" for a status that RFC 9110 does not name.
std::string_view reason_phrase(int status);

/// What the server adds to a handler's answer.
struct Framing {
  bool head_only = false;        // HEAD: the length that GET would have, no body
  bool close = false;            // says `Connection: close`
  bool says_keep_alive = false;  // to an HTTP/1.0 client that asked for it
  std::string_view request_id;   // echoed; empty: none
};

/// Serialises answers. One an I/O thread; keeps the Date line of the current second.
class ResponseWriter {
 public:
  /// Appends the whole answer to `out`.
  void write(std::string& out, const Response& response, const Framing& framing, SystemTime now);

 private:
  void refresh_date(std::int64_t second);

  std::int64_t date_second_ = -1;
  std::string date_line_;
};

}  // namespace mainstay::http
