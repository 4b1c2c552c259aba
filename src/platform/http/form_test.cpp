#include "platform/http/form.hpp"

#include <doctest/doctest.h>

namespace mainstay::http::form_test {

TEST_CASE("form: fields in their order, decoded") {
  const auto fields = parse_form("a=1&b=x+y%26z&&c&=d&a=2&e=p%C3%A4", 10);
  REQUIRE(fields.has_value());
  const FormFields expected{{"a", "1"}, {"b", "x y&z"}, {"c", ""},
                            {"", "d"},  {"a", "2"},     {"e", "p\xc3\xa4"}};
  CHECK(*fields == expected);
  CHECK(form_field(*fields, "a") == "1");
  CHECK(form_field(*fields, "c") == "");
  CHECK(form_field(*fields, "z") == "");
  CHECK(parse_form("", 10)->empty());
}

TEST_CASE("form: too many fields, bad escapes and bad text are refused") {
  CHECK(parse_form("a&b", 2).has_value());
  for (const char* body : {"a&b&c", "a=%", "a=%2", "a=%zz", "%ff=1", "a=%00", "a=%c3"}) {
    CAPTURE(body);
    CHECK_FALSE(parse_form(body, 2).has_value());
  }
}

}  // namespace mainstay::http::form_test
