#include "apps/notes/domain/note.hpp"

#include <utility>

#include "base/text.hpp"

namespace @{name}::notes {
namespace {

constexpr mainstay::ErrorRow text_row{"text_invalid", "a note's text cannot be this", 422};
constexpr mainstay::ErrorRow unknown_row{"note_unknown", "there is no such note", 404};

}  // namespace

const mainstay::ErrorRow& error_row(Errc code) {
  return code == Errc::unknown ? unknown_row : text_row;
}

mainstay::Result<Note> make_note(std::string id, std::string_view text, mainstay::SystemTime now) {
  const std::string_view plain = mainstay::trimmed(text);
  if (plain.empty()) return mainstay::Error{Errc::text_invalid, "it is empty"};
  if (plain.size() > text_bytes_max) {
    return mainstay::Error{Errc::text_invalid, "it is longer than 2,000 bytes"};
  }
  if (!mainstay::is_valid_utf8(plain)) return mainstay::Error{Errc::text_invalid, "it is no UTF-8"};
  return Note{std::move(id), std::string{plain}, now};
}

std::int64_t count_words(std::string_view text) {
  std::int64_t count = 0;
  bool was_blank = true;
  for (const char c : text) {
    const bool is_blank = c == ' ' || (c >= '\t' && c <= '\r');
    if (was_blank && !is_blank) ++count;
    was_blank = is_blank;
  }
  return count;
}

}  // namespace @{name}::notes
