#include "platform/http/same_origin.hpp"

#include <vector>

#include <doctest/doctest.h>

namespace mainstay::http::same_origin_test {

TEST_CASE("same origin: another site's requests are told by what browsers add") {
  const auto from_here = [](std::vector<Header> headers) {
    headers.push_back({"Host", "api.example:3000"});
    Request request;
    request.headers = headers;
    return is_from_here(request);
  };
  CHECK(from_here({}));
  CHECK(from_here({{"Sec-Fetch-Site", "same-origin"}}));
  CHECK(from_here({{"Sec-Fetch-Site", "none"}}));
  CHECK_FALSE(from_here({{"Sec-Fetch-Site", "cross-site"}}));
  CHECK_FALSE(from_here({{"Sec-Fetch-Site", "same-site"}}));
  CHECK_FALSE(from_here({{"Sec-Fetch-Site", "cross-site"}, {"Origin", "http://api.example:3000"}}));
  CHECK(from_here({{"Origin", "http://api.example:3000"}}));
  CHECK(from_here({{"Origin", "https://API.example:3000"}}));
  for (const char* origin : {"http://api.example:3001", "http://evil.example", "null", "", "://",
                             "http://api.example:3000.evil.example", "api.example:3000"}) {
    CHECK_FALSE(from_here({{"Origin", origin}}));
  }
}

}  // namespace mainstay::http::same_origin_test
