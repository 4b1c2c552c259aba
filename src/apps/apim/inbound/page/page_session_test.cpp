#include "apps/apim/inbound/page/page_session.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace mainstay::apim::page_session_test {
namespace {

constexpr SystemTime start{Seconds{1'795'223'566}};

/// A request with these headers; they outlive it.
http::Request request_with(const std::vector<http::Header>& headers, bool tls = false) {
  http::Request request;
  request.headers = headers;
  request.tls = tls;
  request.at = start;
  return request;
}

}  // namespace

TEST_CASE("page session: a read needs the cookie, a change the token too") {
  Sessions sessions{"key"};
  sessions.open("t", start);
  const std::string token = sessions.csrf_token("t");
  const auto admitted = [&](const std::vector<http::Header>& headers, bool changes) {
    return admit(sessions, request_with(headers), changes);
  };
  CHECK(admitted({}, false) == Admission::no_session);
  CHECK(admitted({{"Cookie", "mainstay=x"}}, false) == Admission::no_session);
  CHECK(admitted({{"X-CSRF-Token", token}}, true) == Admission::no_session);
  CHECK(admitted({{"Cookie", "mainstay=t"}}, false) == Admission::passes);
  CHECK(admitted({{"Cookie", "mainstay=t"}}, true) == Admission::foreign);
  CHECK(admitted({{"Cookie", "mainstay=t"}, {"X-CSRF-Token", "x"}}, true) == Admission::foreign);
  CHECK(admitted({{"Cookie", "mainstay=t"}, {"X-CSRF-Token", token}}, true) == Admission::passes);
  CHECK(admitted({{"Cookie", "mainstay=t"}, {"X-CSRF-Token", token}, {"Origin", "http://evil"}},
                 true) == Admission::foreign);
  CHECK(admitted({{"Cookie", "mainstay=t"}, {"Sec-Fetch-Site", "cross-site"}}, false) ==
        Admission::foreign);
}

TEST_CASE("page session: over TLS the cookie has the name that only this host can set") {
  Sessions sessions{"key"};
  sessions.open("t", start);
  const std::vector<http::Header> plain{{"Cookie", "mainstay=t"}};
  const std::vector<http::Header> strict{{"Cookie", "__Host-mainstay=t"}};
  CHECK(admit(sessions, request_with(plain, true), false) == Admission::no_session);
  CHECK(admit(sessions, request_with(strict, true), false) == Admission::passes);
  CHECK(admit(sessions, request_with(strict, false), false) == Admission::no_session);
}

}  // namespace mainstay::apim::page_session_test
