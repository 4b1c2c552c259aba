#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/http/message_parser.hpp"

namespace mainstay::http {

/// The header lines of the newest head that was parsed. A client sends the same ones with each of
/// its requests; what equals them byte for byte means the same, and need not be parsed again.
/// The same holds for the request line. Serves `GET target HTTP/1.1` without a body; anything else
/// is the parser's.
///
/// One thread; lives in a pooled reader. Holds at most `bytes_max` of a head, and of a line.
class RepeatedHead {
 public:
  static constexpr std::size_t bytes_max = 2U << 10U;

  /// Fills `to` (method, target, headers and what they say; not path and query) with views into
  /// `data`, and gives the bytes of the head; 0 when `data` does not begin with a whole head of the
  /// known header lines.
  [[nodiscard]] std::size_t match(std::string_view data, std::size_t target_bytes_max, Message& to);

  /// `head` was parsed into `message`, whose views point into it, and no body follows.
  void remember(std::string_view head, const Message& message);

 private:
  struct Place {
    std::uint16_t offset;  // from the first header line
    std::uint16_t size;
  };
  struct Line {
    Place name;
    Place value;
  };

  bool take_line(std::string_view data);

  std::string line_;   // the newest request line that was sound, to its end
  std::string lines_;  // with the empty one
  std::vector<Line> headers_;
  Place request_id_{0, 0};
  bool keep_alive_ = true;
};

}  // namespace mainstay::http
