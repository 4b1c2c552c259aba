#include "apps/apim/domain/referrer.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/apim/limits.hpp"
#include "base/random.hpp"

namespace mainstay::apim::referrer_test {

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
  const std::string near = "*" + std::string(2'000, 'a') + "b" + std::string(2'000, 'a') + "*";
  CHECK_FALSE(referrer_matches(near, std::string(1'000'000, 'a'), ReferrerMatch::whole));
}

TEST_CASE("referrer: a longer one than any filter is meant for passes none") {
  const std::vector<std::string> filters{"*"};
  CHECK(referrer_allowed(filters, std::string(Limits::referrer_bytes_max, 'a'),
                         ReferrerMatch::whole));
  CHECK_FALSE(referrer_allowed(filters, std::string(Limits::referrer_bytes_max + 1, 'a'),
                               ReferrerMatch::whole));
}

/// By the definition, all ways to cut tried.
bool matches_naively(std::string_view filter, std::string_view text) {
  if (filter.empty()) return text.empty();
  if (filter.front() != '*') {
    return !text.empty() && text.front() == filter.front() &&
           matches_naively(filter.substr(1), text.substr(1));
  }
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    if (matches_naively(filter.substr(1), text.substr(cut))) return true;
  }
  return false;
}

TEST_CASE("referrer: short filters and texts, match as the definition says") {
  Random random{20'261'121};
  const auto text = [&random](std::string_view letters) {
    std::string out;
    for (auto count = random.below(8); count > 0; --count)
      out += letters[random.below(letters.size())];
    return out;
  };
  int matched = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::string filter = text("ab*");
    const std::string referrer = text("ab");
    const bool expected = matches_naively(filter, referrer);
    REQUIRE_MESSAGE(referrer_matches(filter, referrer, ReferrerMatch::whole) == expected,
                    (filter + " " + referrer));
    matched += expected ? 1 : 0;
  }
  CHECK(matched > 1'000);
}

}  // namespace mainstay::apim::referrer_test
