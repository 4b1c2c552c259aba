#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace mainstay::ws {

/// RFC 7692 7.2.1: each message on its own (no context takeover), so that one state serves all
/// connections of a thread. 0.26 MB. One thread.
class Deflater {
 public:
  Deflater();
  ~Deflater();

  /// Appends the message's compressed form, without the tail that both sides leave out.
  void deflate(std::string_view message, std::string& out);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

/// RFC 7692 7.2.2, for any window a sender may have used. 40 kB. One thread.
class Inflater {
 public:
  enum class Outcome : std::uint8_t { ok, too_big, broken };

  Inflater();
  ~Inflater();

  /// Replaces `out` by the message. Gives up once it is longer than `bytes_max`; `out` never is by
  /// more than a buffer.
  Outcome inflate(std::string_view compressed, std::size_t bytes_max, std::string& out);

 private:
  Outcome feed(std::string_view input, std::size_t bytes_max, std::string& out);

  struct Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace mainstay::ws
