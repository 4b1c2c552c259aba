#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "apps/exchange/inbound/fix/message.hpp"
#include "base/clock.hpp"

namespace mainstay::exchange::fix {

/// Appends fields to a text: the body of a message.
class FieldWriter {
 public:
  explicit FieldWriter(std::string& out) : out_(&out) {}
  /// Nothing when it is empty; separators become blanks.
  void text(Tag tag, std::string_view value);
  void number(Tag tag, std::uint64_t value);
  void character(Tag tag, char value) { text(tag, {&value, 1}); }
  void flag(Tag tag, bool value) { character(tag, value ? 'Y' : 'N'); }
  void time(Tag tag, SystemTime value);

 private:
  std::string* out_;
};

struct Header {
  std::string_view type;
  std::string_view sender;
  std::string_view target;
  std::uint64_t number = 0;
  SystemTime sent{};
  std::optional<SystemTime> first_sent;  // of one that is sent again: PossDupFlag (43)
};

/// The whole message, with its sums.
void append_message(std::string& out, const Header& header, std::string_view body);

/// The sum of the bytes modulo 256.
std::uint8_t checksum(std::string_view bytes);

/// UTCTimestamp: "20261122-08:15:30.125".
std::string utc_text(SystemTime at);
/// With or without a fraction of up to nine digits, of which six count; a leap second is the next
/// one's begin.
std::optional<SystemTime> parse_utc(std::string_view text);
/// UTCDateOnly or LocalMktDate, "20261122": its first moment.
std::optional<SystemTime> parse_date(std::string_view text);

}  // namespace mainstay::exchange::fix
