#include "platform/http/request.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace mainstay::http::request_test {

TEST_CASE("request: headers, found whatever their case, the first one wins") {
  const std::vector<Header> headers{{"Accept", "a"}, {"ACCEPT", "b"}, {"Empty", ""}};
  Request request;
  request.headers = headers;
  CHECK(request.header("accept") == "a");
  CHECK(request.has_header("empty"));
  CHECK(request.header("missing").empty());
  CHECK_FALSE(request.has_header("missing"));
}

TEST_CASE("request: path parameters, by name, cleared between requests") {
  PathParams params;
  params.add("id", "42");
  params.add("name", "a/b");
  CHECK(params.number("id") == 42);
  CHECK(params.text("name") == "a/b");
  CHECK(params.text("other").empty());
  params.clear();
  CHECK(params.text("id").empty());
}

TEST_CASE("request id: the client's when it is valid, else our own in hexadecimal") {
  std::vector<Header> headers{{"x-request-id", "Abc-1._"}};
  Request request;
  request.id = 0xbeef;
  request.headers = headers;
  CHECK(request_id(request) == "Abc-1._");
  for (const auto& bad :
       {std::string{}, std::string{"a b"}, std::string(129, 'a'), std::string{"\xc3\xa4"}}) {
    headers[0].value = bad;
    CHECK(request_id(request) == "beef");
  }
  const std::string longest(128, 'a');
  headers[0].value = longest;
  CHECK(request_id(request) == longest);
}

}  // namespace mainstay::http::request_test
