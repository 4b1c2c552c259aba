#include "apps/notes/domain/note.hpp"

#include <string>

#include <doctest/doctest.h>

namespace @{name}::notes {

TEST_CASE("note: made of a text, without the blanks around it") {
  const auto note = make_note("1", "  milk\n", mainstay::SystemTime{mainstay::Micros{7}});
  REQUIRE(note.has_value());
  CHECK(note->text == "milk");
  CHECK(note->made_at == mainstay::SystemTime{mainstay::Micros{7}});
}

TEST_CASE("note: its words are what stands between blanks") {
  CHECK(count_words("") == 0);
  CHECK(count_words(" one,  two\n\tthree ") == 3);
}

TEST_CASE("note: texts that are none are refused, and say why") {
  const std::string too_long(text_bytes_max + 1, 'x');
  for (const auto* text : {"", " \n", "\xff", too_long.c_str()}) {
    CAPTURE(text);
    const auto note = make_note("1", text, {});
    REQUIRE(note.has_error());
    CHECK(note.error().is(Errc::text_invalid));
    CHECK_FALSE(note.error().detail().empty());
  }
  CHECK(make_note("1", std::string(text_bytes_max, 'x'), {}).has_value());
}

}  // namespace @{name}::notes
