#include "apps/demo/echo.hpp"

#include <vector>

#include <doctest/doctest.h>

namespace mainstay::demo::echo_test {

TEST_CASE("demo echo: what came, with its credentials hidden") {
  http::Router router;
  register_routes(router, {.user_key = "x-key"});
  const std::vector<http::Header> headers{{"Host", "a\"b"},
                                          {"X-KEY", "very-secret-one"},
                                          {"authorization", "Bearer very-secret-two"},
                                          {"api_key", "very-secret-three"}};
  http::Request request;
  request.target = "/demo/echo?x=1&user_key=very-secret-four";
  request.path = "/demo/echo";
  request.query = "x=1&user_key=very-secret-four";
  request.headers = headers;
  http::Response response;
  router.handle(request, response);
  CHECK(response.status() == 200);
  CHECK(
      response.body() ==
      R"({"method":"GET","path":"/demo/echo","query":"x=1&user_key=***four","peer":"","headers":[)"
      R"({"name":"Host","value":"a\"b"},{"name":"X-KEY","value":"***-one"},)"
      R"({"name":"authorization","value":"***-two"},{"name":"api_key","value":"***hree"}]})"
      "\n");
}

}  // namespace mainstay::demo::echo_test
