#include "apps/apim/domain/referrer.hpp"

#include <vector>

#include <doctest/doctest.h>

namespace mainstay::apim {

TEST_CASE("referrer: filters, are literal but for the star and match the whole text") {
  const auto whole = [](const char* filter, const char* referrer) {
    return referrer_matches(filter, referrer, ReferrerMatch::whole);
  };
  CHECK(whole("example.org", "example.org"));
  CHECK_FALSE(whole("example.org", "exampleXorg"));
  CHECK_FALSE(whole("example.org", "www.example.org"));
  CHECK(whole("*.example.org", "www.example.org"));
  CHECK_FALSE(whole("*.example.org", "example.org"));
  CHECK(whole("*", ""));
  CHECK(whole("a*b*c", "aXXbYYc"));
  CHECK_FALSE(whole("a*b*c", "aXXcYYb"));
  CHECK(whole("a**", "a"));
  CHECK_FALSE(whole("", "a"));
}

TEST_CASE("referrer: the legacy setting, matches any part") {
  CHECK(referrer_matches("example.org", "http://example.org/x", ReferrerMatch::anywhere));
  CHECK_FALSE(referrer_matches("example.org", "http://example.com/", ReferrerMatch::anywhere));
}

TEST_CASE("referrer: the star as referrer, passes every filter") {
  const std::vector<std::string> filters{"a", "b"};
  CHECK(referrer_allowed(filters, "*", ReferrerMatch::whole));
  CHECK(referrer_allowed(filters, "b", ReferrerMatch::whole));
  CHECK_FALSE(referrer_allowed(filters, "c", ReferrerMatch::whole));
}

TEST_CASE("referrer: many stars against a long text, is not exponential") {
  std::string filter;
  for (int i = 0; i < 50; ++i) filter += "*a";
  CHECK_FALSE(referrer_matches(filter + "b", std::string(5'000, 'a'), ReferrerMatch::whole));
}

}  // namespace mainstay::apim
