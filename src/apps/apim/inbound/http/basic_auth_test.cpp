#include "apps/apim/inbound/http/basic_auth.hpp"

#include <doctest/doctest.h>

#include "base/text.hpp"

namespace mainstay::apim::basic_auth_test {
namespace {

bool with(const InternalCredentials& credentials, const char* pair) {
  return passes(credentials, "Basic " + base64_encode(pair));
}

}  // namespace

TEST_CASE("basic auth: user and password, both right or nobody") {
  const InternalCredentials credentials{"user", "pass:word"};
  CHECK(with(credentials, "user:pass:word"));
  CHECK(passes(credentials, "bAsIc   " + base64_encode("user:pass:word") + " "));
  for (const char* wrong : {"user:pass", "user:", "user", ":pass:word", "User:pass:word", ""}) {
    CHECK_FALSE(with(credentials, wrong));
  }
  for (const char* header : {"", "Basic", "Basic !", "Bearer dXNlcjpwYXNzOndvcmQ="}) {
    CHECK_FALSE(passes(credentials, header));
  }
}

TEST_CASE("basic auth: one of the two alone, lets nobody in") {
  CHECK_FALSE(with({"", "secret"}, ":secret"));
  CHECK_FALSE(with({"user", ""}, "user:"));
}

TEST_CASE("basic auth: nothing configured, lets nobody in") {
  CHECK_FALSE(passes({}, ""));
  CHECK_FALSE(with({}, ":"));
}

}  // namespace mainstay::apim::basic_auth_test
