#pragma once

#include <cstddef>
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

  [[nodiscard]] bool is_usual() const {
    return !head_only && !close && !says_keep_alive && request_id.empty();
  }
};

/// Serialises answers. One an I/O thread; keeps the Date line of the current second, and the head
/// of the last answer: most are like the one before.
class ResponseWriter {
 public:
  /// Appends the whole answer to `out`.
  void write(std::string& out, const Response& response, const Framing& framing, SystemTime now);

 private:
  [[nodiscard]] bool repeats_head(const Response& response, const Framing& framing) const;
  void refresh_date(std::int64_t second);
  void write_head(const Response& response, const Framing& framing);

  std::int64_t date_second_ = -1;
  std::string date_line_;
  std::string head_;  // of the last answer, and what it was made of
  bool head_is_usual_ = false;
  int head_status_ = 0;
  std::size_t head_body_bytes_ = 0;
  std::string head_content_type_;
  std::string head_lines_;
};

}  // namespace mainstay::http
