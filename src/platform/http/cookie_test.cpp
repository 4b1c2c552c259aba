#include "platform/http/cookie.hpp"

#include <doctest/doctest.h>

namespace mainstay::http::cookie_test {

TEST_CASE("cookie: found among others, whole names only, the first of two") {
  CHECK(cookie_value("mainstay=abc", "mainstay") == "abc");
  CHECK(cookie_value("a=1; mainstay=abc ;b=2", "mainstay") == "abc");
  CHECK(cookie_value("mainstay=1; mainstay=2", "mainstay") == "1");
  CHECK(cookie_value("mainstay==x=", "mainstay") == "=x=");
}

TEST_CASE("cookie: what is not there, or no pair, is empty") {
  for (const char* header :
       {"", ";", "=", "mainstay", "xmainstay=1", "Mainstay=1", "mainstay2=1"}) {
    CHECK(cookie_value(header, "mainstay").empty());
  }
}

}  // namespace mainstay::http::cookie_test
