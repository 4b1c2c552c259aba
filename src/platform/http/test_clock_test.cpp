#include "platform/http/test_clock.hpp"

#include <doctest/doctest.h>

namespace mainstay::http::test_clock_test {
namespace {

constexpr SystemTime real{Seconds{5}};

std::int64_t micros(std::string_view text) {
  const Header header{"x-test-now", text};
  Request request;
  request.headers = {&header, 1};
  return test_time(request, real).time_since_epoch().count();
}

}  // namespace

TEST_CASE("test clock: seconds with or without fraction, are the request's time") {
  CHECK(micros("1795224654") == 1'795'224'654'000'000);
  CHECK(micros("1795224654.25") == 1'795'224'654'250'000);
  CHECK(micros("1795224654.") == 1'795'224'654'000'000);
}

TEST_CASE("test clock: nothing or nonsense, the real time holds") {
  for (const char* text : {"", "now", "-1", "1.x", "1.1234567", "999999999999"}) {
    CHECK_MESSAGE(micros(text) == 5'000'000, text);
  }
  CHECK(test_time(Request{}, real) == real);
}

}  // namespace mainstay::http::test_clock_test
