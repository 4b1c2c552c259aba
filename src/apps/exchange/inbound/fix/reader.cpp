#include "apps/exchange/inbound/fix/reader.hpp"

#include <algorithm>

#include "apps/exchange/inbound/fix/writer.hpp"
#include "base/text.hpp"

namespace mainstay::exchange::fix {
namespace {

constexpr std::string_view start = "8=FIX.";
constexpr std::size_t version_bytes_max = 8;  // behind `start`
constexpr std::size_t length_digits_max = 8;
constexpr std::size_t trailer_bytes = 7;  // 10=nnn|

enum class Fit : std::uint8_t { no, so_far, yes };

/// Whether `text` begins with `wanted`, as far as it goes.
Fit fit(std::string_view text, std::string_view wanted) {
  if (text.size() >= wanted.size()) return text.starts_with(wanted) ? Fit::yes : Fit::no;
  return wanted.starts_with(text) ? Fit::so_far : Fit::no;
}

}  // namespace

struct MessageReader::Frame {
  Outcome outcome = Outcome::need_more;
  std::size_t size = 0;  // of a message
};

void MessageReader::feed(std::string_view bytes) {
  buffer_.erase(0, begin_);
  begin_ = 0;
  buffer_.append(bytes);
}

MessageReader::Outcome MessageReader::next() {
  if (skipping_ && skip(begin_) == Outcome::need_more) return Outcome::need_more;
  const std::string_view rest = std::string_view{buffer_}.substr(begin_);
  const Frame frame = find_frame(rest);
  if (frame.outcome == Outcome::message) {
    message_.parse(rest.substr(0, frame.size), limits_.message);
    begin_ += frame.size;
  } else if (frame.outcome == Outcome::garbled) {
    skipping_ = true;
    (void)skip(begin_ + 1);
  }
  return frame.outcome;
}

/// Drops what cannot begin a message. need_more: nothing that could is there yet.
MessageReader::Outcome MessageReader::skip(std::size_t from) {
  const std::size_t found = buffer_.find(start, from);
  if (found != std::string::npos) {
    begin_ = found;
    skipping_ = false;
    return Outcome::message;
  }
  // The end may be the first half of one.
  const std::size_t kept =
      std::min(start.size() - 1, buffer_.size() - std::min(from, buffer_.size()));
  begin_ = buffer_.size() - kept;
  return Outcome::need_more;
}

MessageReader::Frame MessageReader::find_frame(std::string_view rest) const {
  const Frame need_more;
  const Frame garbled{Outcome::garbled, 0};
  if (const Fit begins = fit(rest, start); begins != Fit::yes) {
    return begins == Fit::no ? garbled : need_more;
  }
  const std::size_t version_end = rest.substr(0, start.size() + version_bytes_max).find(separator);
  if (version_end == std::string_view::npos) {
    return rest.size() < start.size() + version_bytes_max ? need_more : garbled;
  }
  std::size_t at = version_end + 1;
  if (const Fit fits = fit(rest.substr(at), "9="); fits != Fit::yes) {
    return fits == Fit::no ? garbled : need_more;
  }
  at += 2;
  const std::size_t digits = std::min(rest.find_first_not_of("0123456789", at), rest.size()) - at;
  if (digits > length_digits_max) return garbled;
  if (at + digits == rest.size()) return need_more;
  const auto length = parse_u64(rest.substr(at, digits));
  if (!length || rest[at + digits] != separator) return garbled;
  at += digits + 1;
  if (at + *length + trailer_bytes > limits_.message_bytes_max) return {Outcome::too_large, 0};
  if (const Fit fits = fit(rest.substr(at), "35="); fits != Fit::yes) {
    return fits == Fit::no ? garbled : need_more;
  }
  const std::size_t body_end = at + *length;
  const std::size_t size = body_end + trailer_bytes;
  if (rest.size() < size) return need_more;
  const std::string_view trailer = rest.substr(body_end, trailer_bytes);
  const auto sum = parse_u64(trailer.substr(3, 3));
  const bool framed =
      rest[body_end - 1] == separator && trailer.starts_with("10=") && trailer.back() == separator;
  if (!framed || sum != std::uint64_t{checksum(rest.substr(0, body_end))}) return garbled;
  return {Outcome::message, size};
}

}  // namespace mainstay::exchange::fix
