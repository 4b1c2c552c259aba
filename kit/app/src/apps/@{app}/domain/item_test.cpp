#include "apps/@{app}/domain/item.hpp"

#include <string>

#include <doctest/doctest.h>

namespace @{name}::@{app} {

TEST_CASE("item: made of a text, without the blanks around it") {
  const auto item = make_item("1", "  milk\n", mainstay::SystemTime{mainstay::Micros{7}});
  REQUIRE(item.has_value());
  CHECK(item->text == "milk");
  CHECK(item->made_at == mainstay::SystemTime{mainstay::Micros{7}});
}

TEST_CASE("item: texts that are none are refused, and say why") {
  const std::string too_long(text_bytes_max + 1, 'x');
  for (const auto* text : {"", " \n", "\xff", too_long.c_str()}) {
    CAPTURE(text);
    const auto item = make_item("1", text, {});
    REQUIRE(item.has_error());
    CHECK(item.error().is(Errc::text_invalid));
    CHECK_FALSE(item.error().detail().empty());
  }
  CHECK(make_item("1", std::string(text_bytes_max, 'x'), {}).has_value());
}

}  // namespace @{name}::@{app}
